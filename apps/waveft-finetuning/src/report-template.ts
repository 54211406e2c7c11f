/** The page of `report.html`, in Eta's syntax; `<%= %>` escapes, `<%~ %>` does not. */
export const template = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>WaveFT fine-tuning report</title>
<style><%~ it.style %></style>
<style>
  :root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1c2430; background: #fff; }
  body { max-width: 860px; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
  .lead { color: #55606e; margin-top: 0; }
  .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: .8rem; }
  .card { border: 1px solid #dde3ea; border-radius: 8px; padding: .7rem .9rem; }
  .card b { display: block; font-size: 1.35rem; } .card span { color: #55606e; font-size: .85rem; }
  table { border-collapse: collapse; width: 100%; font-size: .92rem; }
  th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #e6ebf0; }
  td { overflow-wrap: anywhere; } code { font-size: .9em; }
  #plot { overflow-x: auto; }
</style>
<h1>WaveFT fine-tuning report</h1>
<p class="lead"><%= it.baseModel %> on <%= it.dataPath %>, on <%= it.device %>. <%= it.trainable %></p>
<div class="cards">
  <% if (it.lossBefore !== null) { %><div class="card"><b><%= it.lossBefore.toFixed(4) %></b><span>evaluation loss before</span></div><% } %>
  <% if (it.lossAfter !== null) { %><div class="card"><b><%= it.lossAfter.toFixed(4) %></b><span>evaluation loss after</span></div><% } %>
  <div class="card"><b><%= it.state.globalStep %></b><span>updates in <%= it.seconds.toFixed(1) %> s</span></div>
  <div class="card"><b><%= Math.round(it.tokens / Math.max(it.seconds, 1e-9)).toLocaleString("en-US") %></b><span>tokens per second</span></div>
</div>
<h2>Loss</h2>
<div id="plot"></div>
<p class="lead">The mean over all tokens, the fixed words of the prompt among them, as in PEFT's example: the first
fall is the prompt being learned.</p>
<% if (it.completions.length > 0) { %>
<h2>Completions</h2>
<table>
  <tr><th>Instruction</th><th>Before</th><th>After</th><th>Expected</th></tr>
  <% for (const c of it.completions) { %><tr><td><%= c.instruction %></td><td><%= c.before %></td><td><%= c.after %></td><td><%= c.expected %></td></tr>
  <% } %>
</table>
<% } %>
<h2>Settings</h2>
<table>
  <% for (const [name, value] of it.settings) { %><tr><td><code><%= name %></code></td><td><%= value %></td></tr>
  <% } %>
</table>
<script><%~ it.script %></script>
<script>
  const curves = <%~ it.curves %>;
  const steps = [...new Set([...curves.training, ...curves.evaluation].map(([step]) => step))].sort((a, b) => a - b);
  const at = (curve) => { const values = new Map(curve); return steps.map((step) => values.get(step) ?? null); };
  new uPlot({
    width: Math.min(830, document.body.clientWidth), height: 340,
    scales: { x: { time: false } },
    axes: [{ label: "update" }, { label: "loss" }],
    series: [
      { label: "update" },
      { label: "training", stroke: "#2b6cb0", width: 1.5, spanGaps: true, points: { show: steps.length < 60 } },
      { label: "evaluation", stroke: "#c05621", width: 2, spanGaps: true, points: { show: true, size: 7 } },
    ],
  }, [steps, at(curves.training), at(curves.evaluation)], document.getElementById("plot"));
</script>
</html>
`;
