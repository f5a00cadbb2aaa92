using System.Globalization;
using System.Text;
using System.Xml;

namespace HyperIngest.LoadGen.Report;

/// <summary>A run's promises as JUnit XML, which CI servers read: a test case a promise, a failure for each that is broken.</summary>
public static class JUnitReport
{
    /// <summary>Writes the file; an existing one is replaced.</summary>
    public static void Write(LoadRun run, string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        using XmlWriter xml = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
        LoadReport report = run.Report;
        string seconds = report.Seconds.ToString("0.###", CultureInfo.InvariantCulture);
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Legible($"hyperingest load {run.Name}"));
        xml.WriteAttributeString("tests", Count(report.Promises.Count));
        xml.WriteAttributeString("failures", Count(report.Promises.Count(p => !p.Kept)));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", "0");
        xml.WriteAttributeString("time", seconds);
        xml.WriteAttributeString("timestamp", run.Started.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        foreach (PromiseReport promise in report.Promises)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", Legible($"hyperingest.load.{run.Name}"));
            xml.WriteAttributeString("name", Legible(promise.Name));
            xml.WriteAttributeString("time", seconds);
            if (!promise.Kept)
            {
                string actual = promise.Actual.ToString("0.######", CultureInfo.InvariantCulture);
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("message", Legible($"expected {promise.Target}, found {actual}"));
                xml.WriteString(Legible(LoadReportText.Render(report)));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    // XML 1.0, clause 2.2: most control characters have no place in it, not even escaped; names come from users.
    private static string Legible(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '?'));
}
