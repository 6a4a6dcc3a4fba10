"""The care scenarios played with the product in each part that it claims, and what is told of them."""
