"""The product's functions: groups of actions of the driver protocol around one `Desk` of services."""
