using System.Diagnostics.CodeAnalysis;

namespace HyperIngest.Sparkplug;

/// <summary>The metrics of a payload, in its order. Enumerating allocates nothing.</summary>
public readonly ref struct SparkplugMetrics
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly int _first;

    internal SparkplugMetrics(ReadOnlySpan<byte> payload, int first)
    {
        _payload = payload;
        _first = first;
    }

    /// <summary>Starts before the first metric.</summary>
    public Enumerator GetEnumerator() => new(_payload[_first..]);

    /// <summary>Goes from metric to metric.</summary>
    public ref struct Enumerator
    {
        private FieldReader _fields;
        private SparkplugMetric _current;

        internal Enumerator(ReadOnlySpan<byte> fields) => _fields = new FieldReader(fields);

        /// <summary>The metric.</summary>
        [UnscopedRef]
        public readonly ref readonly SparkplugMetric Current => ref _current;

        /// <summary>Goes to the next metric; false behind the last one.</summary>
        public bool MoveNext()
        {
            while (!_fields.AtEnd && _fields.TryKey(out uint key))
            {
                if (key != SparkplugFields.PayloadMetric)
                {
                    if (!_fields.TrySkip(key, 0)) return false;
                    continue;
                }
                if (!_fields.TryCounted(out ReadOnlySpan<byte> bytes)) return false;
                FieldReader metric = new(bytes);
                return _current.TryRead(ref metric);
            }
            return false;
        }
    }
}
