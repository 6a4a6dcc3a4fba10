"""The points at which the product could go wrong, one dataclass an area; `Behaviour` is all of them.

They are frozen and not slotted: Python cannot combine several slotted bases. A new area is a module here and
a base of `Behaviour`.
"""
