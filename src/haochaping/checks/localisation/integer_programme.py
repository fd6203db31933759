"""A mixed-integer programme solved by HiGHS, called directly: through SciPy it is the same solver behind a long import."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import highspy
import numpy as np
import numpy.typing as npt

TIME_LIMIT_SECONDS = 5.0

Row = tuple[Mapping[int, float], float, float]
"""A linear constraint: coefficient by column, least and greatest value of the sum."""


def minimise(
    cost: npt.NDArray[np.float64],
    upper: npt.NDArray[np.float64],
    is_whole: npt.NDArray[np.bool_],
    rows: Sequence[Row],
) -> npt.NDArray[np.float64] | None:
    """The values, from 0 to `upper`, that fulfil `rows` at the least ``cost · values``.

    Parameters
    ----------
    cost, upper, is_whole : arrays of shape (columns,)
        What one unit costs, the greatest value, whether only whole numbers will do.
    rows : sequence of (coefficients, low, high)
        The constraints.

    Returns
    -------
    ndarray of shape (columns,) or None
        None where nothing fulfils them, or nothing was found in :data:`TIME_LIMIT_SECONDS`.
    """
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(cost), len(rows)
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = cost, np.zeros(len(cost)), upper
    programme.row_lower_ = np.array([low for _, low, _ in rows])
    programme.row_upper_ = np.array([high for _, _, high in rows])
    types = {True: highspy.HighsVarType.kInteger, False: highspy.HighsVarType.kContinuous}
    programme.integrality_ = [types[bool(whole)] for whole in is_whole]
    _set_matrix(programme.a_matrix_, len(cost), rows)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    # The programmes are small: waiting threads and these heuristics cost more than they help.
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_heuristic_run_feasibility_jump", False)
    solver.setOptionValue("mip_heuristic_run_root_reduced_cost", False)
    solver.setOptionValue("time_limit", TIME_LIMIT_SECONDS)
    with _standard_output_suppressed():
        solver.passModel(programme)
        solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(solver.getSolution().col_value)


def _set_matrix(matrix: highspy.HighsSparseMatrix, columns: int, rows: Sequence[Row]) -> None:
    """The coefficients column by column, as the solver keeps them."""
    entries: list[list[tuple[int, float]]] = [[] for _ in range(columns)]
    for number, (coefficients, _, _) in enumerate(rows):
        for column, coefficient in coefficients.items():
            entries[column].append((number, coefficient))
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.num_col_, matrix.num_row_ = columns, len(rows)
    matrix.start_ = np.cumsum([0, *map(len, entries)])
    matrix.index_ = [number for column in entries for number, _ in column]
    matrix.value_ = [coefficient for column in entries for _, coefficient in column]


@contextmanager
def _standard_output_suppressed() -> Iterator[None]:
    """Keep the solver's own prints off standard output, which belongs to ``check --json``."""
    sys.stdout.flush()
    saved_stdout = os.dup(1)
    null_device = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null_device, 1)
        yield
    finally:
        os.dup2(saved_stdout, 1)
        os.close(saved_stdout)
        os.close(null_device)
