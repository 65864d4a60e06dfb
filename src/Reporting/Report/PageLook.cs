namespace FedPG.Reporting.Report;

/// <summary>How the page about runs looks and what it does by itself: style and script, which fetch nothing.</summary>
internal static class PageLook
{
    /// <summary>
    /// The style: colours by name, light and dark. What <c>data-theme</c> says (the switch of the page) counts more than the reader's
    /// system.
    /// </summary>
    public const string Style = """
        :root { color-scheme: light; --bg: #ffffff; --ink: #1b1d21; --soft: #565b63; --line: #d6d9de; --fill: #f4f5f7; --accent: #00568c;
        --warn: #a33a00; --s0: #1a1a1a; --s1: #c75400; --s2: #00568c; --s3: #2a8cc4; --s4: #007a5a; --s5: #b04e88; --s6: #ad7000;
        --s7: #6e6e6e; --thin: #9aa0a8; }
        @media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { color-scheme: dark; --bg: #15171b; --ink: #e8eaed;
        --soft: #a9aeb6; --line: #3a3e45; --fill: #1f2228; --accent: #7cc0f5; --warn: #ffa570; --s0: #f2f2f2; --s1: #ff8f45; --s2: #5c9bf0;
        --s3: #9bdcff; --s4: #35c79b; --s5: #ef9bcb; --s6: #f2bd55; --s7: #a6a6a6; --thin: #6b717a; } }
        :root[data-theme="dark"] { color-scheme: dark; --bg: #15171b; --ink: #e8eaed; --soft: #a9aeb6; --line: #3a3e45; --fill: #1f2228;
        --accent: #7cc0f5; --warn: #ffa570; --s0: #f2f2f2; --s1: #ff8f45; --s2: #5c9bf0; --s3: #9bdcff; --s4: #35c79b; --s5: #ef9bcb;
        --s6: #f2bd55; --s7: #a6a6a6; --thin: #6b717a; }
        * { box-sizing: border-box; }
        body { font: 15px/1.5 "Liberation Sans", Arial, Helvetica, sans-serif; color: var(--ink); background: var(--bg); max-width: 1240px;
        margin: 0 auto; padding: 1.6em 16px 3em; }
        h1 { font-size: 1.8em; line-height: 1.2; margin: 0 0 .3em; overflow-wrap: anywhere; }
        h2 { font-size: 1.25em; margin: 1.9em 0 .6em; border-bottom: 1px solid var(--line); padding-bottom: .2em; }
        h3 { font-size: 1em; margin: 1.2em 0 .4em; }
        .lead { max-width: 62em; margin: 0 0 .5em; } .best { font-size: 1.1em; margin: .2em 0 .8em; }
        .note { color: var(--soft); font-size: 13px; max-width: 70em; margin: .5em 0 0; }
        .scroll { overflow-x: auto; max-width: 100%; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { padding: .32em 1em .32em 0; text-align: right; vertical-align: top; white-space: nowrap; }
        th { border-bottom: 1.5px solid var(--ink); font-weight: 600; vertical-align: bottom; } td { border-bottom: 1px solid var(--line); }
        th:first-child, td:first-child, td.text, th.text { text-align: left; }
        td.text { white-space: normal; overflow-wrap: anywhere; min-width: 7em; } td.text:first-child { min-width: 8.5em; }
        th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
        th button:hover { text-decoration: underline; } th[aria-sort="ascending"] button::after { content: " \2191"; }
        th[aria-sort="descending"] button::after { content: " \2193"; }
        .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 2px; }
        .s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); } .s4 { --c: var(--s4); }
        .s5 { --c: var(--s5); } .s6 { --c: var(--s6); } .s7 { --c: var(--s7); } .thin { --c: var(--thin); }
        .swatch { background: var(--c); }
        .legend { display: flex; flex-wrap: wrap; gap: .3em 1.4em; margin: .6em 0; font-size: 14px; }
        .legend span { display: inline-flex; align-items: center; gap: .5em; overflow-wrap: anywhere; }
        .sample { width: 34px; height: 10px; flex: none; }
        .axes { margin: .4em 0 .9em; display: flex; flex-wrap: wrap; gap: .3em 1.2em; font-size: 14px; border: 0; padding: 0; }
        .axes label { cursor: pointer; } .axes input { accent-color: var(--accent); margin: 0 .4em 0 0; vertical-align: -1px; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 1.1em 18px; }
        .smalls { display: grid; grid-template-columns: repeat(auto-fill, minmax(178px, 1fr)); gap: .9em 10px; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 1.1em 18px; }
        .pictures img { max-width: 100%; height: auto; border-radius: 4px; background: #ffffff; display: block; }
        figure { margin: 0; min-width: 0; } figcaption { font-size: 13px; color: var(--ink); margin: 0 0 .2em; overflow-wrap: anywhere; }
        figure svg { width: 100%; height: auto; display: block; overflow: visible; touch-action: pan-y; }
        svg svg { overflow: hidden; } svg text { font-size: 12px; fill: var(--soft); } svg .e { text-anchor: end; }
        svg .m { text-anchor: middle; }
        .grid { stroke: var(--line); stroke-width: .7; fill: none; } .axis { stroke: var(--soft); stroke-width: 1; fill: none; }
        .ref { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 1.5 3; fill: none; }
        .line { stroke: var(--c); stroke-width: 2; fill: none; stroke-linejoin: round; stroke-linecap: round; }
        .line.thin { stroke-width: 1; } .small .line { stroke-width: 1.6; }
        .band { fill: var(--c); opacity: .16; } .cross { stroke: var(--ink); stroke-width: 1; fill: none; visibility: hidden; }
        #tip { position: fixed; z-index: 9; display: none; background: var(--bg); color: var(--ink); border: 1px solid var(--soft);
        border-radius: 4px; padding: .3em .6em; font-size: 13px; line-height: 1.35; pointer-events: none; max-width: 90vw; }
        pre { background: var(--fill); padding: .8em 1em; overflow-x: auto; font-size: 13px; line-height: 1.45; margin: .4em 0; }
        details { margin: .5em 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
        .theme { float: right; font: 13px/1.4 inherit; font-size: 13px; color: var(--soft); background: none; border: 1px solid var(--line);
        border-radius: 4px; padding: .2em .7em; cursor: pointer; }
        .warn { color: var(--warn); }
        @media print { body { margin: 0; max-width: none; padding: 0; } details, .axes, .theme { display: none; }
        figure, tr { break-inside: avoid; } }
        """;

    /// <summary>Asks for the page again every five seconds while somebody answers; then what is there stays.</summary>
    public const string Reload = """
        setInterval(() => fetch(location.href, { method: 'HEAD' }).then(r => { if (r.ok) location.reload(); }).catch(() => {
          if (!document.querySelector('.ended')) { const p = document.createElement('p'); p.className = 'ended warn';
            p.textContent = 'The run answers no more: it has ended, or was stopped.'; document.querySelector('h1').after(p); }
        }), 5000);
        """;

    /// <summary>Values under the pointer, tables that are sorted, light and dark. Without it the page lacks only these.</summary>
    public const string Script = """
        (() => {
        const root = document.documentElement, tip = document.getElementById('tip');
        const dark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
        const button = document.querySelector('.theme');
        const word = () => { button.textContent = dark() ? 'light' : 'dark'; };
        button.hidden = false; word();
        button.onclick = () => { root.dataset.theme = dark() ? 'light' : 'dark'; word(); };
        const short = v => v === null ? 'none' : v === 0 ? '0' : Math.abs(v) >= 1e9 ? +(v / 1e9).toPrecision(4) + ' G'
          : Math.abs(v) >= 1e6 ? +(v / 1e6).toPrecision(4) + ' M'
          : Math.abs(v) >= 1e4 ? +(v / 1e3).toPrecision(4) + ' k' : '' + +v.toPrecision(4);
        for (const svg of document.querySelectorAll('svg[data-c]')) {
          const c = JSON.parse(svg.dataset.c), [left, top, w, h] = svg.dataset.b.split(' ').map(Number);
          const cross = svg.querySelector('.cross');
          const hide = () => { tip.style.display = 'none'; cross.style.visibility = 'hidden'; };
          const show = e => {
            const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
            const at = c.x[0] + ((e.clientX - box.left) * scale - left) / w * (c.x[1] - c.x[0]);
            let near = null;
            for (const s of c.s) for (const x of s.x) if (near === null || Math.abs(x - at) < Math.abs(near - at)) near = x;
            if (near === null) return;
            const px = (near - c.x[0]) / (c.x[1] - c.x[0]) * w;
            cross.setAttribute('d', `M${px} 0v${h}`); cross.style.visibility = 'visible';
            tip.replaceChildren(document.createTextNode(short(near)));
            for (const s of c.s) {
              if (s.x.length === 0) continue;
              let k = 0;
              s.x.forEach((x, i) => { if (Math.abs(x - near) < Math.abs(s.x[k] - near)) k = i; });
              const row = document.createElement('div'), dot = document.createElement('i');
              dot.className = 'swatch ' + s.c; row.append(dot, `${s.n ? s.n + ' ' : ''}${short(s.y[k])}`); tip.append(row);
            }
            tip.style.display = 'block';
            const t = tip.getBoundingClientRect();
            tip.style.left = Math.max(4, Math.min(e.clientX + 14, innerWidth - t.width - 4)) + 'px';
            tip.style.top = Math.max(4, e.clientY - t.height - 12 < 0 ? e.clientY + 18 : e.clientY - t.height - 12) + 'px';
          };
          svg.addEventListener('pointermove', show); svg.addEventListener('pointerdown', show); svg.addEventListener('pointerleave', hide);
        }
        const value = cell => {
          const t = cell.textContent.trim(), m = /^([-\u2212]?[\d,]*\.?\d+(?:e[-+]?\d+)?)(?:\s([kMGT])\b)?/.exec(t);
          return m ? +m[1].replace(/,/g, '').replace('\u2212', '-') * ({ k: 1e3, M: 1e6, G: 1e9, T: 1e12 }[m[2]] || 1) : t;
        };
        for (const table of document.querySelectorAll('table')) table.querySelectorAll('th').forEach((th, k) => {
          const b = document.createElement('button'); b.type = 'button'; b.append(...th.childNodes); th.append(b);
          b.onclick = () => {
            const up = th.getAttribute('aria-sort') !== 'ascending', rows = [...table.rows].slice(1);
            table.querySelectorAll('th').forEach(o => o.removeAttribute('aria-sort'));
            th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
            rows.sort((p, q) => {
              const a = value(p.cells[k]), d = value(q.cells[k]);
              const r = typeof a === 'number' && typeof d === 'number' ? a - d : typeof a === typeof d ? (a < d ? -1 : a > d ? 1 : 0)
                : typeof a === 'number' ? -1 : 1;
              return up ? r : -r;
            });
            rows.forEach(r => r.parentNode.append(r));
          };
        });
        })();
        """;
}
