using HyperIngest.Host.Configuration;
using HyperIngest.Tests.Unit.Host;
using YamlDotNet.RepresentationModel;

namespace HyperIngest.Tests.Unit.KafkaSource;

/// <summary>deploy/kubernetes, as far as it can be checked without a cluster.</summary>
public class KubernetesFilesTests
{
    private static readonly string Folder = RepositoryRoot.File("deploy", "kubernetes");

    private static YamlMappingNode Load(string file)
    {
        YamlStream yaml = [];
        using StreamReader text = new(Path.Combine(Folder, file));
        yaml.Load(text);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (at, name) => at[name]);

    private static string[] Texts(YamlNode node) => [.. ((YamlSequenceNode)node).Select(n => n.ToString())];

    [Fact]
    public void Every_file_is_yaml_and_kustomize_names_every_one()
    {
        string[] files = [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        YamlMappingNode kustomization = Load("kustomization.yaml");
        string[] named = [.. Texts(kustomization["resources"]), .. Texts(At(kustomization["configMapGenerator"][0], "files")), "kustomization.yaml"];
        Assert.Equal(files, named.Order(StringComparer.Ordinal));
        Assert.All(files, f => Load(f));
    }

    [Fact]
    public void Selectors_select_the_pods_and_names_meet()
    {
        YamlMappingNode set = Load("statefulset.yaml");
        YamlNode labels = At(set, "spec", "template", "metadata", "labels");
        Assert.Equal(labels, At(set, "spec", "selector", "matchLabels"));
        Assert.Equal(labels, At(Load("service.yaml"), "spec", "selector"));
        Assert.Equal(labels, At(Load("poddisruptionbudget.yaml"), "spec", "selector", "matchLabels"));
        Assert.Equal(labels, At(Load("networkpolicy.yaml"), "spec", "podSelector", "matchLabels"));
        Assert.Equal(At(set, "spec", "serviceName"), At(Load("service.yaml"), "metadata", "name"));
        Assert.Equal(At(set, "metadata", "name"), At(Load("kustomization.yaml")["replicas"][0], "name"));
    }

    [Fact]
    public void The_site_file_is_right_in_the_environment_the_set_gives_it_and_fits_its_volume()
    {
        YamlMappingNode set = Load("statefulset.yaml");
        YamlNode container = At(set, "spec", "template", "spec", "containers")[0];
        string[] variables = [.. ((YamlSequenceNode)container["env"]).Select(e => e["name"].ToString())];
        using StreamReader text = new(Path.Combine(Folder, "site.yaml"));
        ConfigurationResult<SiteConfiguration> site = ConfigurationFile.ParseSite(
            "site.yaml", text, name => !variables.Contains(name) ? null : name == "PG_CONNECTION" ? "Host=db;Database=plant" : name == "KAFKA_BROKERS" ? "kafka:9092" : "hyperingest-0");
        Assert.Empty(site.Problems);
        Assert.Equal("hyperingest-0", Assert.Single(site.Value!.KafkaSources).GroupInstance);
        string mount = ((YamlSequenceNode)container["volumeMounts"]).First(m => m["name"].ToString() == "journal")["mountPath"].ToString();
        Assert.StartsWith(mount + "/", site.Value.Pipeline.Journal.Path, StringComparison.Ordinal);
        string volume = At(set["spec"]["volumeClaimTemplates"][0], "spec", "resources", "requests", "storage").ToString();
        Assert.True(ByteSize.TryParse(volume + "B", out long bytes));
        Assert.True(bytes >= site.Value.Pipeline.Journal.Retention.LimitBytes + site.Value.Pipeline.Delivery.DeadLetters.MaxBytes + (2 * site.Value.Pipeline.Journal.SegmentBytes));
        Assert.True(int.Parse(At(set, "spec", "template", "spec", "terminationGracePeriodSeconds").ToString(), null) > site.Value.DrainTime.TotalSeconds + 20);
        Assert.EndsWith($":{At(container["ports"][0], "containerPort")}", site.Value.Http.Listen!.ToString(), StringComparison.Ordinal);
        Assert.All((string[])["livenessProbe", "readinessProbe", "startupProbe"], p => Assert.StartsWith("/health/", At(container[p], "httpGet", "path").ToString(), StringComparison.Ordinal));
    }
}
