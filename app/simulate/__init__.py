"""`rusuban simulate`: a whole operator on a virtual clock, seen only through the product's public face."""
