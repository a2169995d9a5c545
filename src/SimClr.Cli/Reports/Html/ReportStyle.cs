namespace SimClr.Cli.Reports;

/// <summary>The style of a page: follows the reader's light or dark, and the width of the window.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root {
          --page: #ffffff; --text: #1f2933; --faint: #5b6773; --line: #e1e6eb; --soft: #f5f7f9;
          --accent: #1f6feb; --bar: #dbe8fd; --bar-plain: #e9edf1; --shade: #f0f6ff;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14181d; --text: #e4e9ee; --faint: #9aa7b4; --line: #2c343d; --soft: #1b2128;
            --accent: #79aefb; --bar: #244273; --bar-plain: #2b333c; --shade: #192637;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--text);
          font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
          -webkit-text-size-adjust: 100%;
        }
        main { max-width: 1040px; margin: 0 auto; padding: 56px 32px 72px; }
        h1 { margin: 0 0 14px; font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.02em; text-wrap: balance; }
        h2 { margin: 0 0 12px; font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; }
        p, figcaption, dd, caption { text-wrap: pretty; overflow-wrap: break-word; }
        p { max-width: 72ch; margin: 0 0 16px; }
        .summary { margin: 0; font-size: 1.15rem; color: var(--faint); }
        section { margin-top: 44px; padding-top: 28px; border-top: 1px solid var(--line); }
        .scroll { overflow-x: auto; margin: 20px 0 0; }
        table { table-layout: fixed; border-collapse: collapse; width: 100%; min-width: calc(176px + 104px * var(--columns)); font-variant-numeric: tabular-nums; }
        caption { padding: 0 0 10px; text-align: left; color: var(--faint); font-size: 0.92rem; }
        thead th { padding: 6px 12px 8px 0; text-align: left; vertical-align: bottom; font-size: 0.86rem; font-weight: 600; color: var(--faint); line-height: 1.35; }
        thead td { width: 176px; }
        thead tr { border-bottom: 1px solid var(--line); }
        tbody tr { border-bottom: 1px solid var(--line); }
        tbody th { padding: 10px 20px 10px 10px; text-align: left; font-weight: 500; }
        tbody td { padding: 7px 12px 7px 0; }
        .none { color: var(--faint); padding-left: 9px; }
        .bar {
          padding: 3px 9px; border-radius: 4px; white-space: nowrap;
          background: linear-gradient(to right, var(--bar-plain) var(--share), transparent var(--share));
        }
        .highlight { background: var(--shade); }
        .highlight th { font-weight: 700; }
        .highlight .bar { background: linear-gradient(to right, var(--bar) var(--share), transparent var(--share)); }
        .measures { margin: 14px 0 0; font-size: 0.9rem; line-height: 1.5; color: var(--faint); }
        .measures div { margin: 0 0 4px; }
        .measures dt { display: inline; font-weight: 600; color: var(--text); }
        .measures dt::after { content: ": "; }
        .measures dd { display: inline; margin: 0; }
        figure { margin: 24px 0 0; max-width: 100%; width: fit-content; }
        figure.drawing { width: 740px; }
        .paper { overflow-x: auto; padding: 8px; background: #ffffff; border: 1px solid var(--line); border-radius: 8px; line-height: 0; }
        .paper img { display: block; width: var(--width); max-width: 100%; min-width: min(var(--width), 640px); height: auto; margin: 0 auto; }
        .paper svg { display: block; margin: 0 auto; }
        figcaption { margin-top: 10px; max-width: 80ch; font-size: 0.9rem; line-height: 1.5; color: var(--faint); }
        pre {
          overflow-x: auto; margin: 14px 0; padding: 14px 16px; background: var(--soft); border: 1px solid var(--line);
          border-radius: 8px; font: 0.86rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        code { font: inherit; }
        .command code::before { content: "$ "; color: var(--faint); user-select: none; }
        dl:not(.measures) { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px 24px; margin: 18px 0; }
        dl:not(.measures) dt { font-size: 0.82rem; color: var(--faint); }
        dl:not(.measures) dd { margin: 0; font-variant-numeric: tabular-nums; }
        details summary { cursor: pointer; color: var(--accent); }
        h3 { margin: 28px 0 4px; font-size: 1.02rem; line-height: 1.4; }
        .note { margin: 0; font-size: 0.9rem; color: var(--faint); }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(138px, 1fr)); gap: 14px; margin: 14px 0 0; padding: 0; list-style: none; }
        .gallery li { padding: 4px; border: 1px solid var(--line); border-radius: 8px; font-size: 0.78rem; line-height: 1.4; }
        .gallery a { display: block; color: inherit; }
        .gallery a:hover .frame { outline: 2px solid var(--accent); }
        .gallery .marked { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
        .gallery .frame { display: flex; align-items: center; justify-content: center; height: 128px; margin-bottom: 4px; border-radius: 4px; overflow: hidden; background: var(--soft); }
        .gallery .missing { color: var(--faint); }
        .gallery img { display: block; }
        .gallery span { display: block; font-variant-numeric: tabular-nums; }
        .gallery .path { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; color: var(--faint); }
        .gallery input { width: 100%; margin-top: 4px; padding: 3px 6px; border: 1px solid var(--line); border-radius: 4px; background: var(--page); color: var(--text); font: inherit; font-size: 0.86rem; }
        .gallery input:not(:placeholder-shown) { border-color: var(--accent); background: var(--shade); }
        .labeling { position: sticky; top: 0; z-index: 1; max-width: none; margin: 0; padding: 8px 0; background: var(--page); color: var(--faint); }
        .labeling button { margin-right: 12px; padding: 5px 14px; border: 0; border-radius: 6px; background: var(--accent); color: var(--page); font: inherit; font-weight: 600; cursor: pointer; }
        @media (max-width: 640px) {
          main { padding: 32px 18px 48px; }
          h1 { font-size: 1.65rem; }
          .summary { font-size: 1.05rem; }
        }
        @media print {
          main { max-width: none; padding: 0; }
          figure, table { break-inside: avoid; }
        }
        """;
}
