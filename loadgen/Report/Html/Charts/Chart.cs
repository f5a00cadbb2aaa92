namespace HyperIngest.LoadGen.Report.Html.Charts;

/// <summary>A chart: one panel a run, all with the same axes, so that heights compare.</summary>
internal sealed record Chart
{
    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>What the upright axis counts.</summary>
    public required string Unit { get; init; }

    /// <summary>What its values are, for the page's script.</summary>
    public required Measure Measure { get; init; }

    /// <summary>How to read it.</summary>
    public required string Note { get; init; }

    /// <summary>The axis along.</summary>
    public required Scale X { get; init; }

    /// <summary>The upright axis.</summary>
    public required Scale Y { get; init; }

    /// <summary>The panels, left to right.</summary>
    public required IReadOnlyList<ChartPanel> Panels { get; init; }

    /// <summary>Whether it is one of those to look at first, which are taller.</summary>
    public bool IsTall { get; init; }
}

/// <summary>A plot of a chart and its legend.</summary>
/// <param name="Id">Tells it from the chart's other panels, such as <c>a</c>.</param>
/// <param name="Heading">Which run it is of; empty where there is only one.</param>
/// <param name="Series">What is drawn, the last on top.</param>
/// <param name="Marks">What happened when, on an axis of time; null on another.</param>
internal sealed record ChartPanel(string Id, string Heading, IReadOnlyList<ChartSeries> Series, TimeMarks? Marks);

/// <summary>One line, area or row of uprights.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Ink">How it is drawn; every ink has a colour and a dash of its own, so that they can be told apart without colour.</param>
/// <param name="Shape">What is made of the points.</param>
/// <param name="Points">Values, in order of x; a y that is no number is a gap.</param>
/// <param name="Summary">The exact numbers behind it, for the legend.</param>
internal sealed record ChartSeries(string Name, Ink Ink, SeriesShape Shape, IReadOnlyList<(double X, double Y)> Points, string Summary);

/// <summary>What is measured: it says how a value is written.</summary>
internal enum Measure
{
    /// <summary>Things, or things a second.</summary>
    Count,

    /// <summary>Milliseconds.</summary>
    Ms,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A share, 0 to 1.</summary>
    Share,
}

/// <summary>What a series looks like.</summary>
internal enum SeriesShape
{
    /// <summary>A line through the points.</summary>
    Line,

    /// <summary>A line, filled to the bottom.</summary>
    Area,

    /// <summary>An upright for each point.</summary>
    Stems,
}

/// <summary>How a series is drawn; the page's style says it for each of these.</summary>
internal enum Ink
{
    /// <summary>Blue, solid.</summary>
    Main,

    /// <summary>Orange, dashed.</summary>
    Second,

    /// <summary>Purple, dash and dot.</summary>
    Third,

    /// <summary>Grey, dotted.</summary>
    Fourth,

    /// <summary>A wide pale band, for what others are to lie on.</summary>
    Band,
}
