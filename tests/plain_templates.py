"""Templates for a site under test: short, with a macro of a macro, an include that may vanish, and many questions."""

from __future__ import annotations

COLLECTIONS = ("news", "pages", "lessons", "branches", "places", "events", "items")
OTHERS = ("claims", "deeds")

FRAME = """\
{% import "macros.html" as m %}
<!doctype html><title>{% block title %}{{ q.settings.name }}{% endblock %}</title>
<link rel="stylesheet" href="{{ q.asset("site.css") }}">
<nav>{% for item in q.menu %}<a href="{{ q.href(item.url) }}">{{ item.label }}</a>{% endfor %}</nav>
{% include "notice.html" ignore missing %}
<main>{% block main %}{% endblock %}</main>
<footer>{{ m.foot(q.settings.footer.sponsor) }}</footer>
"""
MACROS = '{% import "inner.html" as inner %}{% macro foot(text) %}<p>{{ inner.mark(text) }}</p>{% endmacro %}'
INNER = "{% macro mark(text) %}<b>{{ text }}</b>{% endmacro %}"
ENTRY = """\
{% extends "frame.html" %}
{% set id = args[0] %}
{% block title %}{{ q.entry(id).title }}{% endblock %}
{% block main %}
{% set e = q.entry(id) %}
<h1>{{ e.title }}</h1><time>{{ e.date|moment }}</time>{{ e.tags|join(" ") }}
{{ q.body(id) }}
{% for h in q.headings(id) %}<a href="#{{ h.id }}">{{ h.text }}</a>{% endfor %}
{% for r in e.related %}<a href="{{ q.href(q.url(r)) }}">{{ q.title(r) }}</a>{% endfor %}
{% for c in q.ancestors(id) %}{{ c.title }}{% endfor %}{{ q.past(id) }}{{ q.progress(id) }}
{% for group in q.mentions(id) %}{% for c in group.cards %}<i>{{ c.title }}</i>{% endfor %}{% endfor %}
{% set near = q.neighbours(id) %}{% for c in near if c %}<u>{{ c.title }}</u>{% endfor %}
{% endblock %}
"""
LIST = """\
{% extends "frame.html" %}
{% block main %}
{% set list = q.listing(args[0], args[1], args[2], args[3]) %}
<p>{{ list.total }} {{ list.page }}/{{ list.pages }}</p>
{% for c in list.cards %}<a href="{{ q.href(c.url) }}">{{ c.title }}</a>{{ c.marks|join(" ") }}{{ c.facts }}{% endfor %}
{% for d in q.divisions(args[0]) %}{% for c in d.choices %}<a href="{{ q.href(c.url) }}">{{ c.label }} {{ c.count }}</a>
{% endfor %}{% endfor %}
{% endblock %}
"""
HOME = """\
{% extends "frame.html" %}
{% block main %}<h1>{{ q.settings.brand.name }}</h1>
{% for c in q.upcoming("", 5) %}<p>{{ c.when }} {{ c.title }}</p>{% endfor %}
{% for c in q.feed("news", 5) %}<p>{{ c.title }}</p>{% endfor %}
{% for c in q.cards("places", 3) %}{{ c.facts }}{% endfor %}{% for a in q.area_names %}{{ a.name }}{% endfor %}
{% for d in q.doors %}{{ d.description }}{% endfor %}{% for h in q.hot(3) %}{{ h.label }}{% endfor %}
{% for f in q.figures %}<p>{{ f.claim.figure }} {{ f.listed }}</p>{% endfor %}{% endblock %}
"""
SITEMAP = """\
{% extends "frame.html" %}
{% block main %}{% for c in q.contents %}<a href="{{ q.href(c.url) }}">{{ c.title }}</a>{% endfor %}{% endblock %}
"""
TREE = """\
{% extends "frame.html" %}
{% macro below(nodes) %}{% for n in nodes %}<li>{{ n.card.title }}{{ below(n.children) }}</li>{% endfor %}{% endmacro %}
{% block main %}{{ below(q.tree()) }}{% endblock %}
"""
REDIRECT = '<a href="{{ q.href(q.url(args[0])) }}">{{ q.title(args[0]) }}</a>'
CLAIMS = """\
defaults: {发布时间: 2026-01-01, 截至: 2025-12-31, 来源: 测试}
entries:
  - {id: items, title: 事项, value: 317, unit: 项, counts: 事项}
"""

TEMPLATES = {
    "frame.html": FRAME,
    "macros.html": MACROS,
    "inner.html": INNER,
    "home.html": HOME,
    "404.html": '{% extends "frame.html" %}',
    "sitemap.html": SITEMAP,
    "tree.html": TREE,
    "redirect.html": REDIRECT,
    "assets/site.css": "body { color: #111 }\n",
    **{f"entries/{name}.html": ENTRY for name in (*COLLECTIONS, "deeds")},
    **{f"lists/{name}.html": LIST for name in (*COLLECTIONS, *OTHERS)},
}
