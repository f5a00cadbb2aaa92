using HyperIngest.Host.Commands.OpcUa;
using HyperIngest.Host.Configuration;
using HyperIngest.Protocols.OpcUa.Security;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Source;
using HyperIngest.Protocols.OpcUa.Types;
using HyperIngest.Tests.Unit.Configuration;

namespace HyperIngest.Tests.Unit.Host.OpcUa;

public class DeviceSectionTests
{
    private static readonly string[] Namespaces = [UaNodeText.BaseNamespace, "urn:x;y%z"];

    private static TreeNode Start() => new(new UaNodeId(UaNodeIds.ObjectsFolder), new UaQualifiedName(0, "Objects"), UaNodeClass.Object, null);

    [Fact]
    public void Whatever_a_server_calls_its_nodes_the_site_reads_the_same()
    {
        string[] names = ["plain", "true", "${HOME}", "a: b # c", "\"quoted\" 'so'", "Grüße 压", "back\\slash", "[x]", "{1..3}", "- x", "", "tab\tnewline\n", "007"];
        TreeNode root = Start();
        foreach (string name in names) root.Children.Add(new TreeNode(new UaNodeId(name + "!", 1), new UaQualifiedName(1, name), UaNodeClass.Variable, root));
        UaDeviceOptions device = Read(new UaSessionOptions { EndpointUrl = "opc.tcp://[::1]:4840/a%20b" }, root);
        Assert.Equal(names.Select(n => n.Length == 0 ? "value" : n), device.Tags.Select(t => t.Name));
        Assert.All(device.Tags.Zip(names), pair =>
        {
            Assert.True(UaNodeText.TryResolve(pair.First.Node!, Namespaces, out UaNodeId node, out string? fault), fault);
            Assert.Equal(new UaNodeId(pair.Second + "!", 1), node);
        });
    }

    [Fact]
    public void Nodes_of_one_name_are_tags_of_two_and_a_node_at_two_places_is_one_tag()
    {
        TreeNode root = Start();
        TreeNode press = new(new UaNodeId("p", 1), new UaQualifiedName(1, "Press"), UaNodeClass.Object, root);
        root.Children.Add(press);
        press.Children.Add(new TreeNode(new UaNodeId(1, 1), new UaQualifiedName(1, "Speed"), UaNodeClass.Variable, press));
        press.Children.Add(new TreeNode(new UaNodeId(2, 1), new UaQualifiedName(1, "Speed"), UaNodeClass.Variable, press));
        root.Children.Add(new TreeNode(new UaNodeId(1, 1), new UaQualifiedName(1, "Speed"), UaNodeClass.Variable, root) { IsRepeated = true });
        UaDeviceOptions device = Read(new UaSessionOptions { EndpointUrl = "opc.tcp://s" }, root);
        Assert.Equal(["Press.Speed", "Press.Speed_2"], device.Tags.Select(t => t.Name));
    }

    [Fact]
    public void The_session_it_was_found_with_is_the_devices_but_for_the_password()
    {
        TreeNode root = Start();
        root.Children.Add(new TreeNode(new UaNodeId(1, 1), new UaQualifiedName(1, "T"), UaNodeClass.Variable, root));
        UaSessionOptions session = new()
        {
            EndpointUrl = "opc.tcp://press-1:4840",
            Policy = UaSecurityPolicy.Aes128Sha256RsaOaep,
            Mode = UaSecurityMode.Sign,
            CheckHostName = false,
            Identity = new UaPasswordIdentity("ingest", "s3cret"),
        };
        Assert.DoesNotContain("s3cret", string.Concat(new DeviceSection(session, Namespaces, "PRESS_PASSWORD").Lines(root, isCut: false)), StringComparison.Ordinal);
        UaDeviceOptions device = Read(session, root, "PRESS_PASSWORD");
        Assert.Equal("press-1", device.Name);
        Assert.Equal(
            (session.EndpointUrl, session.Policy, session.Mode, session.CheckHostName, new UaPasswordIdentity("ingest", "from the environment")),
            (device.Session.EndpointUrl, device.Session.Policy, device.Session.Mode, device.Session.CheckHostName, device.Session.Identity));
    }

    private static UaDeviceOptions Read(UaSessionOptions session, TreeNode root, string? variable = null)
    {
        string section = string.Concat(new DeviceSection(session, Namespaces, variable).Lines(root, isCut: true).Select(l => $"      {l}\n"));
        ConfigurationResult<SiteConfiguration> site = SiteText.Parse(
            $"{SiteText.Journal}sources:\n  - name: line\n    type: opcua\n    devices:\n{section}", (variable ?? "OPCUA_PASSWORD", "from the environment"));
        Assert.Empty(site.Problems);
        return Assert.Single(Assert.Single(site.Value!.OpcUaSources).Options.Devices);
    }
}
