using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using HyperIngest.Host.Http;
using HyperIngest.Protocols.OpcUa.Security;

namespace HyperIngest.Host.Commands.OpcUa;

/// <summary><c>hyperingest trust [THUMBPRINT]</c>.</summary>
internal static class TrustCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        Argument<string?> thumbprint = new("THUMBPRINT") { Description = "The certificate's thumbprint, or the first digits of it; none lists what was refused.", Arity = ArgumentArity.ZeroOrOne };
        Option<string> certificates = OpcUaClientOptions.CertificatesOption();
        Option<bool> json = CommonOptions.Json("The certificates as one JSON object.");
        Verb verb = new("trust",
            "List the certificates of OPC UA servers that were refused because nobody trusts them, or trust one. Compare its thumbprint with what the server itself shows: whoever answers in its place has another. "
            + "A running node tries again by itself.",
            new("hyperingest trust", "What was refused, with thumbprint, subject, application and times of validity."),
            new("hyperingest trust 3F2A91", "Trust the one whose thumbprint begins so: it is moved from rejected/ to trusted/."),
            new("hyperingest trust 3F2A91 --certificates /var/lib/hyperingest/certificates", "The same in the folder that a site file names."))
        {
            thumbprint, certificates, json,
        };
        verb.SetAction(async (parsed, _) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            string folder = parsed.GetRequiredValue(certificates);
            // To look for something is no reason to make folders.
            if (!Directory.Exists(folder)) throw new UsageException($"--certificates: there is no folder {folder}; expected the one a site file names (sources, certificates), or that browse and read were given");
            UaCertificateStore store = new(folder);
            if (parsed.GetValue(thumbprint) is not { } wanted) return await ListAsync(output, store, parsed.GetValue(json));
            string file = Trust(store, wanted);
            using UaCertificate trusted = UaCertificate.From(X509CertificateLoader.LoadCertificateFromFile(file));
            await output.WriteLineAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { store.Folder, Trusted = CertificateSummary.Of(trusted), File = file }, StatusJson.Options)
                : $"trusted {trusted.Thumbprint} ({trusted.Certificate.Subject}): {file}");
            return ExitCode.Ok;
        });
        return verb;
    }

    private static string Trust(UaCertificateStore store, string thumbprint)
    {
        try
        {
            return store.Trust(thumbprint);
        }
        catch (FileNotFoundException none)
        {
            throw new UsageException(none.Message);
        }
    }

    private static async Task<int> ListAsync(TextWriter output, UaCertificateStore store, bool json)
    {
        List<(string File, CertificateSummary Summary)> rejected = [];
        foreach ((string file, UaCertificate certificate) in store.RejectedCertificates())
        {
            using (certificate) rejected.Add((file, CertificateSummary.Of(certificate)));
        }
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new { store.Folder, Rejected = rejected.Select(r => new { Certificate = r.Summary, r.File }) }, StatusJson.Options));
            return ExitCode.Ok;
        }
        if (rejected.Count == 0) await output.WriteLineAsync($"no certificate was refused; {store.Rejected} is empty");
        foreach ((string file, CertificateSummary summary) in rejected)
        {
            foreach (string line in summary.Lines()) await output.WriteLineAsync(line);
            await output.WriteLineAsync($"  refused      {File.GetLastWriteTimeUtc(file).ToString("u", CultureInfo.InvariantCulture)}, kept as {file}");
        }
        return ExitCode.Ok;
    }
}
