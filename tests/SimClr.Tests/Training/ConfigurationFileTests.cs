using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Tests.Data;

namespace SimClr.Tests.Training;

public sealed class ConfigurationFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_alias_is_replaced_by_its_value()
    {
        JsonObject json = ConfigurationFile.Parse("a: &x {b: 1, c: [2, three]}\nd: *x\ne: &y no\nf: *y\n", "my.yaml");

        Assert.Equal(
            """{"a":{"b":1,"c":[2,"three"]},"d":{"b":1,"c":[2,"three"]},"e":"no","f":"no"}""", json.ToJsonString());
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("# only a remark\n", "{}")]
    [InlineData("{\"a\": {\"b\": [1, null, \"x\"]}}", "{\"a\":{\"b\":[1,null,\"x\"]}}")]
    [InlineData("a: ~\nb: 'no'\nc: 1e-6\n", "{\"a\":null,\"b\":\"no\",\"c\":1E-06}")]
    public void Yaml_and_json_become_json(string text, string expected)
        => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), ConfigurationFile.Parse(text, "my.yaml")));

    [Theory]
    [InlineData("a: 1\n\nb: [1, 2\n", "line 4: While parsing a flow sequence, did not find expected")]
    [InlineData("a: {b: 1", "While parsing a flow mapping, did not find expected")]
    [InlineData("a: 1\n---\nb: 1\n", "line 2: a second document")]
    [InlineData("a: 1\na: 2\n", "line 2: duplicate key 'a'")]
    [InlineData("a: 1\n[b]: 2\n", "line 2: a key must be a name")]
    [InlineData("a: 1\nb: *nothing\n", "line 2: '*nothing' refers to no value")]
    [InlineData("a: 1\nb: &b [*b]\n", "line 2: '*b' refers to no value")]
    [InlineData("a: 1\nb: \u0001\n", "line 2: got the character U+0001")]
    [InlineData("# a\0b\n", "line 1: got the character U+0000")]
    [InlineData("a: [[[[[[[[[1]]]]]]]]]\n", "line 1: nested too deeply")]
    [InlineData("- 1\n", "expected keys and values")]
    public void Errors_are_reported_with_file_and_line(string text, string expected)
    {
        string message = Refused(text);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith("my.yaml", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded_before_anything_is_built()
        => Assert.Contains("nested too deeply", Refused("a: " + new string('[', 100_000)), StringComparison.Ordinal);

    [Fact]
    public void Aliases_of_aliases_do_not_multiply()
    {
        string[] names = ["a", "b", "c", "d", "e", "f"];
        string text = "a: &a [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]\n"
            + string.Concat(names.Zip(names.Skip(1)).Select(pair
                => $"{pair.Second}: &{pair.Second} [{string.Join(',', Enumerable.Repeat($"*{pair.First}", 20))}]\n"));

        Assert.Contains("more than 10000 values", Refused(text), StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_of_a_long_text_do_not_multiply()
        => Assert.Contains(
            "more than 10000 values",
            Refused($"a: &a {new string('x', 100_000)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 1000))}]\n"),
            StringComparison.Ordinal);

    [Fact]
    public void A_file_larger_than_any_configuration_is_not_read_to_its_end()
    {
        string file = folder.Write("my.yaml", "# " + new string('x', 2_000_000));
        Assert.Contains(
            "got more than 1048576 bytes",
            Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read(file)).Message,
            StringComparison.Ordinal);
    }

    private static string Refused(string text)
        => Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(text, "my.yaml")).Message;
}
