using System.Globalization;
using System.Text;

namespace HyperIngest.Host.Configuration.Binding;

/// <summary>
/// Text with arithmetic on a device's number in braces: <c>10.0.{n/250}.{n%250+1}</c>. Whole numbers, <c>n</c>, <c>+ - * / %</c> and
/// parentheses, with the usual precedence; division rounds towards zero.
/// </summary>
internal static class RangeExpression
{
    /// <summary>Whether the text has braces to evaluate.</summary>
    public static bool IsIn(string text) => text.Contains('{', StringComparison.Ordinal);

    /// <summary>The text with every <c>{...}</c> replaced by its value for <paramref name="n"/>; false when one cannot be read, and <paramref name="problem"/> says which.</summary>
    public static bool TryExpand(string text, long n, out string expanded, out string? problem)
    {
        expanded = text;
        problem = null;
        StringBuilder result = new();
        int done = 0;
        for (int at = text.IndexOf('{', StringComparison.Ordinal); at >= 0; at = text.IndexOf('{', done))
        {
            int end = text.IndexOf('}', at);
            if (end < 0)
            {
                problem = "'{' without '}'";
                return false;
            }
            string inside = text[(at + 1)..end];
            Reader reader = new(inside, n);
            if (!reader.TryRead(out long value))
            {
                problem = $"'{{{inside}}}' cannot be evaluated for n = {n}: expected whole numbers, n, + - * / % and parentheses, such as {{n}} or {{n+5000}}";
                return false;
            }
            result.Append(text, done, at - done).Append(value.ToString(CultureInfo.InvariantCulture));
            done = end + 1;
        }
        expanded = result.Append(text, done, text.Length - done).ToString();
        return true;
    }

    // Recursive descent: sum := product (('+'|'-') product)*, product := atom (('*'|'/'|'%') atom)*, atom := number | 'n' | '(' sum ')'.
    private ref struct Reader(ReadOnlySpan<char> text, long n)
    {
        // A device number and a port need no nesting at all; the limit keeps a hostile file off the stack's end.
        private const int MaxDepth = 16;

        private ReadOnlySpan<char> _rest = text;
        private int _depth;

        public bool TryRead(out long value)
        {
            try
            {
                return Sum(out value) && Peek() == '\0';
            }
            catch (OverflowException)
            {
                value = 0;
                return false;
            }
        }

        private bool Sum(out long value)
        {
            if (!Product(out value)) return false;
            while (Peek() is '+' or '-')
            {
                char sign = Next();
                if (!Product(out long right)) return false;
                value = checked(sign == '+' ? value + right : value - right);
            }
            return true;
        }

        private bool Product(out long value)
        {
            if (!Atom(out value)) return false;
            while (Peek() is '*' or '/' or '%')
            {
                char sign = Next();
                if (!Atom(out long right) || (sign != '*' && right == 0)) return false;
                value = checked(sign switch { '*' => value * right, '/' => value / right, _ => value % right });
            }
            return true;
        }

        private bool Atom(out long value)
        {
            value = n;
            char next = Peek();
            if (next == 'n')
            {
                Next();
                return true;
            }
            if (next == '(')
            {
                if (++_depth > MaxDepth) return false;
                Next();
                if (!Sum(out value) || Peek() != ')') return false;
                Next();
                _depth--;
                return true;
            }
            int digits = 0;
            while (digits < _rest.Length && char.IsAsciiDigit(_rest[digits])) digits++;
            if (digits is 0 or > 12) return false;
            value = long.Parse(_rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            _rest = _rest[digits..];
            return true;
        }

        private char Peek()
        {
            _rest = _rest.TrimStart(' ');
            return _rest.IsEmpty ? '\0' : _rest[0];
        }

        private char Next()
        {
            char next = _rest[0];
            _rest = _rest[1..];
            return next;
        }
    }
}
