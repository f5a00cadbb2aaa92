namespace HyperIngest.LoadGen.Report.Html;

/// <summary>The page's style: light or dark as the reader's system is, from 360 pixels to any width, and on paper.</summary>
internal static class PageStyle
{
    /// <summary>The style sheet.</summary>
    public const string Text = """

        :root { color-scheme: light dark;
          --page: #fbfaf8; --card: #ffffff; --ink: #1c2126; --soft: #5a646e; --line: #e3e0da; --grid: #ebe8e3;
          --blue: #1d5fb4; --orange: #c0560a; --purple: #7b3fa6; --grey: #79828c; --band: #cfd6de;
          --good: #17724a; --bad: #b3261e; --good-page: #e9f4ee; --bad-page: #fbeae8; --fault: rgba(192, 86, 10, .13); }
        @media screen and (prefers-color-scheme: dark) { :root {
          --page: #13161a; --card: #1a1e23; --ink: #e5e8eb; --soft: #9aa5b0; --line: #2c323a; --grid: #262c33;
          --blue: #6fadff; --orange: #ff9f5a; --purple: #cb9ff2; --grey: #8d97a2; --band: #3a444f;
          --good: #62d198; --bad: #ff8d82; --good-page: #16281f; --bad-page: #311b1a; --fault: rgba(255, 159, 90, .16); } }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif;
          font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
        main { max-width: 1080px; margin: 0 auto; padding: 56px 32px 96px; }
        h1, h2, h3, p, figure, dl, dd, ul { margin: 0; padding: 0; }
        h1 { font-size: 34px; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; overflow-wrap: anywhere; }
        h2 { font-size: 22px; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; margin-bottom: 24px; }
        h3 { font-size: 16px; line-height: 1.4; font-weight: 600; }
        .unit { font-weight: 400; color: var(--soft); }
        .kind { color: var(--soft); font-size: 14px; margin-bottom: 4px; }
        .when, .note, figcaption p { color: var(--soft); font-size: 14px; max-width: 84ch; }
        .when { margin-top: 8px; max-width: none; }
        .run { font-weight: 600; font-size: 14px; margin-bottom: 10px; overflow-wrap: anywhere; }
        header { margin-bottom: 32px; }
        .part { margin-top: 56px; padding-top: 32px; border-top: 1px solid var(--line); }
        .part section, .part figure, .part table { margin-top: 28px; }
        .part h2 + *, .part section :first-child, .part h2 + .pair section, .pair section { margin-top: 0; }
        .pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 36px; }
        .part .pair { margin-top: 28px; } .part .run + table { margin-top: 0; }
        .banner { display: flex; align-items: baseline; gap: 12px; padding: 16px 20px; border-radius: 8px; font-size: 20px; line-height: 1.35; font-weight: 600; background: var(--card); border: 1px solid var(--line); }
        .banner.kept { background: var(--good-page); color: var(--good); border-color: transparent; }
        .banner.broken { background: var(--bad-page); color: var(--bad); border-color: transparent; }
        .counts { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; margin: 16px 0 8px; }
        .count { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
        .count b { display: block; font-size: 26px; line-height: 1.2; font-weight: 600; }
        .count span { color: var(--soft); font-size: 14px; }
        .count.some { border-color: var(--bad); } .count.some b, .bad { color: var(--bad); } .bad { font-weight: 600; }
        .good { color: var(--good); } .good, .bad { white-space: nowrap; }
        .verdict table { margin-top: 24px; } .offered table, .stages-of table { max-width: 720px; } .percentiles { max-width: 480px; }
        table { border-collapse: collapse; width: 100%; font-size: 15px; line-height: 1.4; }
        th, td { text-align: left; vertical-align: baseline; padding: 8px 20px 8px 0; font-weight: 400; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        thead th { color: var(--soft); font-size: 13px; overflow-wrap: normal; }
        .n { text-align: right; overflow-wrap: normal; } td.n { white-space: nowrap; }
        th:last-child, td:last-child { padding-right: 0; }
        .note { margin-top: 12px; } .counts + .note { margin-top: 8px; } .offered .note { margin: 12px 0; } .offered p { max-width: 76ch; }
        .machine th { color: var(--soft); width: 9em; }
        .figures dl { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 28px 24px; }
        .pair .figures dl { grid-template-columns: repeat(2, minmax(0, 1fr)); }
        .figures dt { color: var(--soft); font-size: 14px; }
        .figures dd b { display: block; font-size: 24px; line-height: 1.3; font-weight: 600; }
        .figures dd span { color: var(--soft); font-size: 13px; }
        .chart { break-inside: avoid; } .chart + .chart { margin-top: 44px; } .chart + table, .chart + section, .chart + .pair { margin-top: 32px; }
        figcaption p { margin-top: 2px; }
        .panels.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 36px; }
        .panel, .faults-of { container-type: inline-size; margin-top: 12px; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 24px; font-size: 13px; color: var(--soft); margin-bottom: 10px; }
        .legend li { display: flex; align-items: baseline; } .legend b { color: var(--ink); font-weight: 600; } .swatch { flex: none; width: 28px; height: 10px; margin-right: 8px; }
        .frame { position: relative; display: grid; grid-template-columns: 60px minmax(0, 1fr); padding-right: 20px; font-size: 12px; line-height: 16px; color: var(--soft); }
        .view { grid-column: 2; position: relative; } .plot { display: block; width: 100%; height: 180px; } .tall .plot { height: 260px; }
        .y { grid-column: 1; position: relative; } .y span { position: absolute; right: 10px; transform: translateY(50%); white-space: nowrap; }
        .x { grid-column: 2; position: relative; height: 24px; } .x span { position: absolute; top: 6px; transform: translateX(-50%); white-space: nowrap; }
        .stages { grid-column: 2; position: relative; height: 20px; margin-bottom: 4px; }
        .stages span { position: absolute; top: 0; bottom: 0; padding-left: 5px; white-space: nowrap; border-left: 1px solid var(--grey); }
        .stages b { color: var(--ink); font-weight: 600; } .stages i { font-style: normal; margin-left: 6px; }
        .row-label { grid-column: 1; text-align: right; padding-right: 10px; line-height: 14px; font-size: 11px; } .view + .row-label, .view + .row-label + .row { margin-top: 12px; } .view + .row-label + .row { margin-top: 15px; }
        .row { grid-column: 2; width: 100%; height: 8px; margin-top: 3px; background: var(--grid); border-radius: 2px; }
        .window { fill: var(--orange); }
        .definitions { position: absolute; }
        .plot path, .swatch path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
        .hit { position: absolute; inset: 0; touch-action: pan-y; cursor: crosshair; }
        .cursor { position: absolute; top: 0; bottom: 0; border-left: 1px solid var(--ink); opacity: .5; pointer-events: none; }
        .tip { position: absolute; top: 8px; z-index: 1; padding: 8px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: var(--ink); white-space: nowrap; pointer-events: none; }
        .tip b { display: block; font-weight: 600; } [hidden] { display: none; }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .stage { fill: none; stroke: var(--grey); stroke-width: 1; stroke-dasharray: 2 3; vector-effect: non-scaling-stroke; }
        .fault { fill: var(--fault); }
        .plot .k0, .swatch .k0 { stroke: var(--band); stroke-width: 6; }
        .plot .k1, .swatch .k1 { stroke: var(--blue); stroke-width: 1.75; }
        .plot .k2, .swatch .k2 { stroke: var(--orange); stroke-width: 1.75; stroke-dasharray: 5 4; }
        .plot .k3, .swatch .k3 { stroke: var(--purple); stroke-width: 1.5; stroke-dasharray: 9 3 2 3; }
        .plot .k4, .swatch .k4 { stroke: var(--grey); stroke-width: 1.5; stroke-dasharray: 1.5 3; }
        .plot .area { stroke: none; fill: var(--blue); fill-opacity: .13; } .plot .k2.area { fill: var(--orange); } .plot .edge { stroke-dasharray: none; }
        pre { margin: 0; padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; font: 13px/1.55 ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace;
          white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }
        .configuration h3, .origins h3 { margin: 24px 0 10px; } .origins p { margin-top: 12px; }
        .diff del, .diff ins { text-decoration: none; display: block; } .diff span { display: block; color: var(--soft); } .diff del { color: var(--bad); } .diff ins { color: var(--good); }
        @container (max-width: 560px) { .x .wide, .stages i { display: none; }
          .faults-of thead { display: none; } .faults-of tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
          .faults-of th, .faults-of td { display: flex; gap: 16px; justify-content: space-between; border: 0; padding: 2px 0; text-align: right; white-space: normal; }
          .faults-of th { font-weight: 600; } .faults-of td::before { content: attr(data-column); color: var(--soft); white-space: nowrap; } }
        @media (max-width: 860px) { .pair, .panels.two { grid-template-columns: minmax(0, 1fr); } }
        @media (max-width: 620px) {
          main { padding: 28px 16px 64px; } h1 { font-size: 26px; } .part { margin-top: 40px; padding-top: 28px; }
          .counts, .figures dl { grid-template-columns: repeat(2, minmax(0, 1fr)); } .figures dl { gap: 20px 16px; }
          table { font-size: 13px; } th, td { padding: 7px 10px 7px 0; } .frame { grid-template-columns: 52px minmax(0, 1fr); padding-right: 14px; }
          .tall .plot { height: 220px; }
          .differences tr { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); padding: 6px 0; border-bottom: 1px solid var(--line); } .differences th, .differences td { border: 0; padding: 2px 0; }
          .differences tbody th { grid-column: 1 / -1; } .differences thead th:first-child { display: none; } .differences td { color: var(--soft); }
          .banner { font-size: 18px; padding: 14px 16px; } .figures dd b { font-size: 21px; } }
        @media print {
          .cursor, .tip { display: none; }
          :root { color-scheme: light; --page: #fff; --card: #fff; } body { font-size: 11pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; } main { max-width: none; padding: 0; }
          .part { margin-top: 28px; padding-top: 20px; } h2, h3, thead, figcaption { break-after: avoid; } tr, .count, .banner, .figures div { break-inside: avoid; } }

        """;
}
