"""Charts, each answering one question; drawn with seaborn, titled with what they show.

One module a chart; what they share: `chart` (what a chart says and how it becomes a figure of the page),
`svg` (a drawing as inline SVG), `chart_parts` (numbers as text, bars in pairs), `style` (the look).
"""
