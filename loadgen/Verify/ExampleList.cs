namespace HyperIngest.LoadGen.Verify;

/// <summary>The first few findings of each sort, with names.</summary>
internal sealed class ExampleList(VerifiedPlant plant)
{
    private const int MostOfEach = 10;
    private readonly List<VerifyExample> _examples = [];
    private readonly int[] _counts = new int[Enum.GetValues<VerifyFinding>().Length];

    public void Add(VerifyFinding finding, int series, long firstN, long count, DateTime? time)
    {
        if (_counts[(int)finding] >= MostOfEach) return;
        _counts[(int)finding]++;
        (string device, string tag) = series < 0 ? ("", "") : plant.NameOf(series);
        _examples.Add(new VerifyExample(finding, device, tag, firstN, count, time));
    }

    public static IReadOnlyList<VerifyExample> Join(IEnumerable<ExampleList> lists) =>
        [.. lists.SelectMany(l => l._examples).GroupBy(e => e.Finding).OrderBy(g => g.Key).SelectMany(g => g.Take(MostOfEach))];
}
