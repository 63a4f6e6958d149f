"""How a story shows itself: in words, as timelines, and as a page."""

from caremarket_sim.studies.story.figures import timeline as timeline
from caremarket_sim.studies.story.page import paragraphs as paragraphs
from caremarket_sim.studies.story.page import story_html as story_html
from caremarket_sim.studies.story.page import story_table_html as story_table_html
