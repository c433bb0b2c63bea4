"""What every process of the tests needs before it imports anything of ours."""

import __main__

# pyspark takes a main module without a file for its own doctests and ends the process; pytest-xdist's workers have such a one.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__
