namespace SimClr.Cli.Reports;

/// <summary>What a map's page has beyond the style of all pages.</summary>
internal static class MapStyle
{
    public const string Css = """
        main { max-width: 1400px; padding: 28px 32px; }
        h1 { margin-bottom: 6px; font-size: 1.6rem; }
        .summary { font-size: 1rem; }
        .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 18px; margin: 12px 0 10px; font-size: 0.9rem; color: var(--faint); }
        .tools label { color: var(--text); }
        .tools button { padding: 3px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); color: var(--text); font: inherit; cursor: pointer; }
        .map { display: flex; gap: 20px; align-items: flex-start; }
        #map { flex: 1 1 0; min-width: 0; height: max(420px, calc(100vh - 200px)); border: 1px solid var(--line); border-radius: 8px; cursor: crosshair; touch-action: none; }
        #legend { flex: 0 0 210px; max-height: max(420px, calc(100vh - 200px)); overflow-y: auto; margin: 0; padding: 0; list-style: none; }
        #legend button { display: flex; gap: 8px; align-items: center; width: 100%; padding: 3px 8px; border: 0; border-radius: 6px; background: none; color: var(--text); font: inherit; font-size: 0.9rem; text-align: left; cursor: pointer; }
        #legend button:hover { background: var(--soft); }
        #legend button[aria-pressed=false] { opacity: 0.4; }
        #legend svg { flex: none; }
        #legend span { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        #legend em { font-style: normal; color: var(--faint); font-variant-numeric: tabular-nums; }
        #tip { position: fixed; z-index: 1; max-width: 320px; padding: 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); box-shadow: 0 4px 18px rgb(0 0 0 / 25%); font-size: 0.82rem; line-height: 1.4; pointer-events: none; }
        #tip i { display: block; margin: 0 0 6px; background-repeat: no-repeat; image-rendering: auto; }
        #tip b, #tip span { display: block; overflow-wrap: anywhere; }
        #tip span { color: var(--faint); }
        @media (max-width: 760px) {
          .map { flex-direction: column; align-items: stretch; }
          #map { flex: none; width: 100%; height: 62vh; }
          #legend { flex: none; max-height: none; columns: 2; }
        }
        """;
}
