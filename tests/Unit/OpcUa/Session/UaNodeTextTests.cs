using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Session;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Session;

/// <summary>Node ids and browse paths as people write them.</summary>
public sealed class UaNodeTextTests
{
    private static readonly string[] Namespaces = [UaNodeText.BaseNamespace, "urn:server", "urn:a;b%", "urn:press"];

    [Theory]
    [InlineData("ns=3;s=Press.Speed", "ns=3;s=Press.Speed")]
    [InlineData("nsu=urn:press;s=Press.Speed", "ns=3;s=Press.Speed")]
    [InlineData("nsu=urn:press;i=17", "ns=3;i=17")]
    [InlineData("nsu=urn:a%3Bb%25;s=a;b=c", "ns=2;s=a;b=c")]
    [InlineData("nsu=urn:press;g=00000010-0002-0003-0405-060708090a0b", "ns=3;g=00000010-0002-0003-0405-060708090a0b")]
    [InlineData("nsu=urn:press;b=FwECAw==", "ns=3;b=FwECAw==")]
    [InlineData("nsu=http://opcfoundation.org/UA/;i=2258", "i=2258")]
    [InlineData("i=2258", "i=2258")]
    public void Text_becomes_the_id_in_the_servers_table(string text, string expected)
    {
        Assert.True(UaNodeText.TryResolve(text, Namespaces, out UaNodeId node, out string? fault), fault);
        Assert.Equal(expected, node.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Press.Speed")]
    [InlineData("nsu=urn:press")]
    [InlineData("nsu=;s=Press")]
    [InlineData("nsu=urn:press;ns=2;s=Press")]
    [InlineData("ns=70000;s=Press")]
    [InlineData("i=x")]
    public void What_is_no_node_id_is_said_to_be_none(string text)
    {
        Assert.False(UaNodeText.TryParse(text, out _, out string? fault));
        Assert.Contains("expected", fault, StringComparison.Ordinal);
        Assert.Contains($"found '{text}'", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_the_server_does_not_have_is_named_with_those_it_has()
    {
        Assert.False(UaNodeText.TryResolve("nsu=urn:other;s=a", Namespaces, out _, out string? fault));
        Assert.Contains("'urn:other'", fault, StringComparison.Ordinal);
        Assert.Contains("'urn:press'", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ns=3;s=Press.Speed")]
    [InlineData("ns=2;s=a;b=c")]
    [InlineData("i=2258")]
    [InlineData("ns=9;i=1")]
    public void Text_written_is_the_same_node_when_it_is_read(string id)
    {
        Assert.True(UaNodeId.TryParse(id, out UaNodeId node));
        string text = UaNodeText.Format(node, Namespaces);
        Assert.True(UaNodeText.TryResolve(text, Namespaces, out UaNodeId read, out string? fault), fault);
        Assert.Equal(node, read);
    }

    [Theory]
    [InlineData("/3:Press/3:Speed", "33 3:Press", "33 3:Speed")]
    [InlineData("/{urn:press}Press/{urn:press}Speed", "33 3:Press", "33 3:Speed")]
    [InlineData("/{urn:a;b%}Press.3:EURange", "33 2:Press", "44 3:EURange")]
    [InlineData("/Server.ServerStatus", "33 Server", "44 ServerStatus")]
    [InlineData("/3:a&/b&.c&:d&&e", "33 3:a/b.c:d&e")]
    [InlineData("/{urn:press}Line 1/3:2", "33 3:Line 1", "33 3:2")]
    public void Path_becomes_steps(string text, params string[] expected)
    {
        Assert.True(UaBrowsePath.TryParse(text, out UaBrowsePath? path, out string? fault), fault);
        Assert.True(path.TryResolve(Namespaces, out RelativePath? steps, out fault), fault);
        Assert.Equal(expected, steps.Elements.Select(e => $"{e.ReferenceTypeId.Numeric} {e.TargetName}"));
        Assert.All(steps.Elements, e => Assert.True(e.IncludeSubtypes && !e.IsInverse));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3:Press")]
    [InlineData("/")]
    [InlineData("/3:Press/")]
    [InlineData("/3:")]
    [InlineData("//3:Press")]
    [InlineData("/{urn:press")]
    [InlineData("/{}Press")]
    [InlineData("/3:a:b")]
    [InlineData("/<HasChild>3:a")]
    public void What_is_no_path_is_said_to_be_none(string text)
    {
        Assert.False(UaBrowsePath.TryParse(text, out _, out string? fault));
        Assert.Contains($"'{text}'", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Path_longer_than_any_address_space_is_refused()
    {
        Assert.False(UaBrowsePath.TryParse(string.Concat(Enumerable.Repeat("/a", UaBrowsePath.MaxSteps + 1)), out _, out string? fault));
        Assert.Contains("64 steps", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "Line 1/a.b:c{d}&e<f>")]
    [InlineData(0, "Server")]
    [InlineData(2, "12:30")]
    [InlineData(9, "Gone")]
    public void Step_written_is_the_same_name_when_it_is_read(ushort index, string name)
    {
        foreach (string[]? namespaces in (string[]?[])[Namespaces, null])
        {
            Assert.True(UaBrowsePath.TryParse(UaBrowsePath.Format(new UaQualifiedName(index, name), namespaces), out UaBrowsePath? path, out string? fault), fault);
            Assert.True(path.TryResolve(Namespaces, out RelativePath? steps, out fault), fault);
            Assert.Equal(new UaQualifiedName(index, name), Assert.Single(steps.Elements).TargetName);
        }
    }
}
