using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FedPG.Cli.Report;
using FedPG.Experiments;
using FedPG.Reporting.Report;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Reporting;

/// <summary>
/// The page about runs in headless Chromium at 400, 800 and 1400 pixels, light and dark: six frames of one document, so that the browser
/// starts once.
/// </summary>
public sealed partial class PageInBrowserTests
{
    private const string Checks = """
        const problems = [];
        const luminance = c => { const f = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
          return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
        const numbers = s => (s.match(/[\d.]+/g) || []).map(Number);
        const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
        const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
          && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        function check(frame, width, theme) {
          const d = frame.contentDocument, w = frame.contentWindow, say = t => problems.push(`${width} ${theme}: ${t}`);
          if (d.documentElement.scrollWidth > w.innerWidth) say(`the page is ${d.documentElement.scrollWidth} wide`);
          const paper = numbers(w.getComputedStyle(d.body).backgroundColor);
          if ((luminance(paper) < 0.2) !== (theme === 'dark')) say('has the other theme');
          for (const e of d.body.querySelectorAll('*')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
            if (e.closest('script, style') || e.getClientRects().length === 0) continue;
            const style = w.getComputedStyle(e), svg = e.ownerSVGElement !== undefined && e.ownerSVGElement !== null;
            const size = parseFloat(style.fontSize) * (svg ? e.getScreenCTM().a : 1);
            const name = `${e.tagName} "${e.textContent.trim().slice(0, 30)}"`;
            if (size < 10.99) say(`${name} has ${size.toFixed(1)} px`);
            let under = e;
            while (under && (numbers(w.getComputedStyle(under).backgroundColor)[3] ?? 1) === 0) under = under.parentElement;
            const ground = under ? numbers(w.getComputedStyle(under).backgroundColor) : paper;
            const ratio = contrast(numbers(svg ? style.fill : style.color), ground);
            if (ratio < 4.5) say(`${name} has contrast ${ratio.toFixed(2)}`);
          }
          for (const e of d.querySelectorAll('.line:not(.thin), .swatch')) {
            if (e.getClientRects().length === 0) continue;
            const style = w.getComputedStyle(e);
            const ratio = contrast(numbers(e.classList.contains('line') ? style.stroke : style.backgroundColor), paper);
            if (ratio < 3) say(`${e.getAttribute('class')} has contrast ${ratio.toFixed(2)}`);
          }
          const shown = s => [...d.querySelectorAll(s)].filter(e => e.getClientRects().length > 0);
          for (const svg of shown('figure > svg')) {
            const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
            const box = svg.getBoundingClientRect();
            texts.forEach(([t, r], i) => {
              if (r.left < box.left - 1 || r.right > box.right + 1) say(`text ${t} leaves its figure`);
              texts.slice(i + 1).forEach(([u, q]) => { if (meet(r, q)) say(`texts ${t} and ${u} overlap`); });
            });
          }
          const blocks = shown('h1, h2, h3, .lead, .best, .note, .scroll, figure, pre, .legend, .theme').filter(e => !e.closest('details'))
            .map(e => [e.className || e.tagName, e.getBoundingClientRect(), e]);
          blocks.forEach(([a, r, e], i) => blocks.slice(i + 1).forEach(([b, q, f]) => {
            if (!e.contains(f) && !f.contains(e) && !e.closest('.theme') && meet(r, q)) say(`${a} and ${b} overlap`);
          }));
          // What it does by itself.
          const heads = [...d.querySelectorAll('th')].filter(t => t.textContent === 'objective');
          if (heads.length === 0) say('no table has objectives');
          else {
            const table = heads[0].closest('table'),
              cells = () => [...table.rows].slice(1).map(r => parseFloat(r.cells[heads[0].cellIndex].textContent));
            heads[0].querySelector('button').click(); const up = cells();
            heads[0].querySelector('button').click(); const down = cells();
            if (String([...up].reverse()) !== String(down) || up[0] > up[up.length - 1]) say(`sorted to ${up}`);
          }
          const svg = shown('figure > svg')[0], box = svg.getBoundingClientRect();
          svg.dispatchEvent(new w.PointerEvent('pointermove', { clientX: box.left + box.width / 2, clientY: box.top + 20, bubbles: true }));
          const tip = d.getElementById('tip');
          if (!/\d/.test(tip.textContent) || tip.getClientRects().length === 0) say('no value under the pointer');
          svg.dispatchEvent(new w.PointerEvent('pointerleave'));
          if (tip.getClientRects().length > 0) say('the values stay');
        }
        let open = 6;
        for (const width of [400, 800, 1400]) for (const theme of ['light', 'dark']) {
          const frame = document.createElement('iframe');
          frame.style = `width: ${width}px; height: 900px; border: 0`;
          frame.onload = () => {
            try { check(frame, width, theme); } catch (e) { problems.push(`${width} ${theme}: ${e.stack}`); }
            if (--open === 0) { const p = document.createElement('pre'); p.id = 'problems'; p.textContent = problems.join('\n') || 'none';
              document.body.replaceChildren(p); }
          };
          frame.srcdoc = page.replace('<html lang="en">', `<html lang="en" data-theme="${theme}">`);
          document.body.append(frame);
        }
        """;

    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    [Fact]
    public void Nothing_is_small_pale_covered_or_too_wide_on_a_phone_a_tablet_and_a_desk()
    {
        string? browser = Browsers.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "no Chromium is installed");
        using var folder = new TemporaryFolder();
        foreach ((string name, string[] set) in ((string, string[])[])
        [
            ("a", ["seed=1"]), ("b", ["seed=2"]), ("c", ["seed=1", "federation.algorithm=fedavg"]),
            ("d", ["seed=1", "federation.algorithm=fedavg", "federation.localSteps=2", "federation.localStepSize=0.25"]),
        ])
        {
            Experiment experiment = RunTesting.Experiment(
                ["environment={\"id\":\"GridWorld-v0\",\"agents\":3,\"options\":{\"width\":3,\"height\":3}}", .. set]);
            RunTesting.Run(experiment, folder[$"runs/{name}"]);
        }
        File.Delete(folder["runs/d/summary.json"]);
        var pictures = new RunPictures(2);
        string page = HtmlReport.Of(ReportedRuns.Read(ReportedRun.FoldersOf([folder["runs"]], "RUN_DIR")), pictures.Of);
        Assert.Empty(pictures.Remarks);
        // Two settings have ended; of each two agents have a policy and an episode.
        Assert.Equal(8, Images().Count(page));
        File.WriteAllText(folder["check.html"],
            "<!DOCTYPE html><meta charset=\"utf-8\"><body><script>"
                + $"const page = {JsonSerializer.Serialize(page)};\n{Checks}</script></body>");
        Assert.Equal("none", ProblemsOf(browser!, folder.FullPath));
    }

    private static string ProblemsOf(string browser, string folder)
    {
        var start = new ProcessStartInfo(browser) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", $"--user-data-dir={folder}/browser",
            "--window-size=1500,1000", "--virtual-time-budget=30000", "--dump-dom", new Uri(Path.Combine(folder, "check.html")).AbsoluteUri,
        ]) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string document = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), "the browser does not end");
        Match problems = Problems().Match(document);
        Assert.True(problems.Success, document[..Math.Min(2000, document.Length)]);
        return WebUtility.HtmlDecode(problems.Groups[1].Value);
    }

    [GeneratedRegex("<pre id=\"problems\">(.*?)</pre>", RegexOptions.Singleline)]
    private static partial Regex Problems();

    [GeneratedRegex("src=\"data:image/(?:gif|png)")]
    private static partial Regex Images();
}
