"""`caremarket --help` answers at once, because it loads nothing that takes time."""

import pytest

from tests.test_architecture import loaded

HEAVY = {
    "numpy",
    "pandas",
    "matplotlib",
    "mesa",
    "numba",
    "scipy",
    "pyarrow",
    "duckdb",
    "SALib",
    "dask",
    "openpyxl",
    "python_calamine",
    "xlsxwriter",
}


def test_importing_the_command_loads_no_heavy_library():
    assert not loaded("import caremarket_sim.cli") & HEAVY


@pytest.mark.smoke
def test_help_loads_no_heavy_library():
    asked = (
        "import sys\n"
        "from caremarket_sim.cli import main\n"
        "sys.argv = ['caremarket', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
    )
    assert not loaded(asked) & HEAVY
