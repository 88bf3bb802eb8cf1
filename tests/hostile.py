"""Texts that try to be more than text: markup, scripts, formulas, templates, what acts on terminals and directions."""

HOSTILE = (
    "<script>window.ran = 1; alert(1)</script>",
    "<img src=x onerror='window.ran = 1; alert(1)'>",
    "<svg onload='window.ran = 1'><a href='javascript:alert(1)'>here</a></svg>",
    "\"><iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "[here](javascript:alert(1)) ![x](x)",
    "${window.ran = 1} ${alert(1)}",
    "{{constructor.constructor('window.ran = 1')()}} {{7*7}}",
    "=1+1 @SUM(A1) %s %(name)s {0}",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnirts desrever\u2066\u200b\u200d",
    "W" * 3_000,
)
