"""`python -m simulators.product`."""

import sys

from simulators.product.server import main

if __name__ == "__main__":
    sys.exit(main())
