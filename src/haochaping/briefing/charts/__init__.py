"""Charts, each answering one question; drawn with seaborn, titled with what they show.

One module a chart; what they share: `chart` (what a chart says and how it becomes a figure of the page),
`svg` (a drawing as inline SVG), `parts` (numbers as text, bars in pairs), `briefing.style` (the look).
"""

from haochaping.briefing.charts.active_rate import chart_active_rate
from haochaping.briefing.charts.chart import EMPTY, Chart, make_chart
from haochaping.briefing.charts.departments import chart_departments
from haochaping.briefing.charts.matrix import chart_matrix
from haochaping.briefing.charts.public_services import chart_public_services
from haochaping.briefing.charts.tiers import chart_tiers
from haochaping.briefing.charts.volume import chart_volume_and_active_rate

_chart = make_chart

__all__ = [
    "EMPTY",
    "Chart",
    "_chart",
    "chart_active_rate",
    "chart_departments",
    "chart_matrix",
    "chart_public_services",
    "chart_tiers",
    "chart_volume_and_active_rate",
    "make_chart",
]
