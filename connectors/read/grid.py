"""Grid: a table of a page as cells in rows and columns, with every span filled and every hidden row left out."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

WIDEST = 200  # columns of one row
TALLEST = 1_000  # rows of one cell


def grid_of(table: LexborNode) -> list[list[LexborNode]]:
    """The rows of a table; a cell that spans several places stands in each of them. Tables within it are not entered."""
    grid: list[list[LexborNode]] = []
    spanning: dict[int, tuple[LexborNode, int]] = {}  # column → a cell above that reaches down, and how many rows more
    for row in rows_of(table):
        own = [cell for cell in row.iter() if cell.tag in ("td", "th") and not is_hidden(cell)]
        cells: list[LexborNode] = []
        below: dict[int, tuple[LexborNode, int]] = {}
        while len(cells) < WIDEST and (own or len(cells) in spanning):
            if len(cells) in spanning:
                (cell, rows), columns = spanning[len(cells)], 1
            else:
                cell = own.pop(0)
                columns, rows = span(cell, "colspan", WIDEST), span(cell, "rowspan", TALLEST)
            for _ in range(columns):
                if rows > 1:
                    below[len(cells)] = (cell, rows - 1)
                cells.append(cell)
        grid.append(cells)
        spanning = below
    return grid


def rows_of(table: LexborNode) -> list[LexborNode]:
    """The table's own rows that a reader of the page sees."""
    rows: list[LexborNode] = []
    for node in table.iter():
        if node.tag in ("thead", "tbody", "tfoot"):
            rows += [inner for inner in node.iter() if inner.tag == "tr"]
        elif node.tag == "tr":
            rows.append(node)
    return [row for row in rows if not is_hidden(row)]


def is_hidden(node: LexborNode) -> bool:
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in node.attributes or "display:none" in style or "visibility:hidden" in style


def span(cell: LexborNode, name: str, most: int) -> int:
    """How many places a cell takes; 1 for what is no number."""
    text = (cell.attributes.get(name) or "").strip()
    return min(max(1, int(text)), most) if text.isascii() and text.isdigit() and len(text) < 6 else 1
