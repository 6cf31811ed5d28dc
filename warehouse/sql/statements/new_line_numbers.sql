-- statement new_line_numbers: which lines of a batch are new
-- Grain: one row per line in new_lines.
-- Time: none.
select new_lines.number
from new_lines
order by new_lines.number;
