namespace HyperIngest.LoadGen.Report.Html;

/// <summary>
/// The page's script: under the pointer, where it is and what each line is there. It reads off what is drawn, as exact as that is, and says so with "about"; the exact figures
/// stand on the page without it.
/// </summary>
internal static class PageScript
{
    /// <summary>The script. It does without the two characters that XML does not take as they are, and so without the comparison and the conjunction that are written with them.</summary>
    public const string Text = """

        'use strict';
        {
          const size = 1000;
          const plain = v => v.toLocaleString('en-US', { maximumSignificantDigits: v > 999 ? 4 : 3 });
          const seconds = s => s > 7200 ? plain(s / 3600) + ' h' : s > 120 ? Math.floor(s / 60) + ' min ' + Math.floor(s % 60) + ' s' : plain(s) + ' s';
          const bytes = v => {
            const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
            while (v >= 2048) { v /= 1024; units.shift(); }
            return plain(v) + ' ' + units[0];
          };
          const write = { count: plain, ms: v => v >= 1000 ? seconds(v / 1000) : plain(v) + ' ms', bytes, share: v => plain(v * 100) + ' %' };
          const inverse = formula => {
            const [kind, a, b] = formula.split(' ');
            if (kind === 'log') return p => a * 10 ** (b * p);
            if (kind === 'nines') return p => 1 - 10 ** (-a * p);
            return p => a * p;
          };
          const segments = d => {
            const all = [];
            let x = 0, y = 0;
            for (const [, kind, first, second] of d.matchAll(/([MLHV])([0-9.]+)(?: ([0-9.]+))?/g)) {
              const to = kind === 'V' ? [x, +first] : kind === 'H' ? [+first, y] : [+first, +second];
              if (kind !== 'M') all.push([x, y, ...to]);
              [x, y] = to;
            }
            return all;
          };
          const heights = (all, at, reach) => {
            const found = [];
            for (const [x0, y0, x1, y1] of all) {
              if (x0 > at + reach || at - reach > x1) continue;
              if (x0 === x1) found.push(y0, y1);
              else for (const x of [at - reach, at + reach]) found.push(y0 + (y1 - y0) * (Math.min(Math.max(x, x0), x1) - x0) / (x1 - x0));
            }
            return found;
          };
          for (const plot of document.querySelectorAll('.plot')) {
            const make = name => Object.assign(document.createElement('div'), { className: name });
            const [hit, cursor, tip] = ['hit', 'cursor', 'tip'].map(make);
            cursor.hidden = tip.hidden = true;
            plot.parentNode.append(hit, cursor, tip);
            const across = inverse(plot.dataset.x), up = inverse(plot.dataset.y), value = write[plot.dataset.measure];
            const isShare = plot.dataset.x.startsWith('nines');
            let lines = null;
            hit.addEventListener('pointermove', event => {
              lines ??= [...plot.querySelectorAll('path[data-name]')].map(p => [p.dataset.name, segments(p.getAttribute('d'))]);
              const box = hit.getBoundingClientRect(), place = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
              const where = document.createElement('b');
              where.textContent = isShare ? +(across(place) * 100).toPrecision(8) + ' %' : seconds(across(place));
              tip.replaceChildren(where);
              for (const [name, all] of lines) {
                const found = heights(all, place * size, size / box.width).map(y => up(1 - y / size));
                if (found.length === 0) continue;
                const [least, most] = [value(Math.min(...found)), value(Math.max(...found))];
                const row = document.createElement('div');
                row.textContent = name + ' about ' + (least === most ? least : least + ' to ' + most);
                tip.append(row);
              }
              cursor.hidden = tip.hidden = false;
              cursor.style.left = place * 100 + '%';
              const isRight = place > 0.5;
              tip.style.left = isRight ? 'auto' : 'calc(' + place * 100 + '% + 12px)';
              tip.style.right = isRight ? 'calc(' + (1 - place) * 100 + '% + 12px)' : 'auto';
            });
            hit.addEventListener('pointerleave', () => { cursor.hidden = tip.hidden = true; });
          }
        }

        """;
}
