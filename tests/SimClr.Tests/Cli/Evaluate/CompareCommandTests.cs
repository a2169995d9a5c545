using System.Text.Json.Nodes;
using SimClr.Evaluation;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

public sealed class CompareCommandTests : IDisposable
{
    private const string Header = "path,label,prediction,correct\n";
    private readonly TemporaryFolder folder = new();

    public CompareCommandTests()
    {
        folder.Write(
            "a/predictions.csv",
            Header + string.Concat(Enumerable.Range(0, 40).Select(i => Row("here/test", i, right: i < 30))));
        folder.Write("b.csv", Header + string.Concat(
            Enumerable.Range(0, 40).Reverse().Select(i => Row("there", i, right: i is >= 6 and < 18))));
        folder.Write(
            "fewer.csv", Header + string.Concat(Enumerable.Range(0, 39).Select(i => Row("there", i, right: true))));
        folder.Write("relabeled.csv", Header + string.Concat(Enumerable.Range(0, 40).Select(
            i => Row("there", i, right: true).Replace("class0,class0", "other,other", StringComparison.Ordinal))));
        folder.Write("manifest.csv", "path,label\n1.png,a\n");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_prints_one_object_with_the_promised_keys()
    {
        JsonObject json = Compare("a", "b.csv", "--json").Json;

        Assert.Equal(0.75, json["a"]!["top1"]!.GetValue<double>());
        Assert.Equal(0.3, json["b"]!["top1"]!.GetValue<double>());
        Assert.Equal(folder.PathOf("b.csv"), json["b"]!["predictions"]!.GetValue<string>());
        Assert.Equal(0.45, json["difference"]!.GetValue<double>(), 1e-12);
        Assert.Equal(2, json["interval"]!.AsArray().Count);
        Assert.InRange(json["p_value"]!.GetValue<double>(), 9e-6, 1e-4);   // 2 / 2^18 = 7.6e-6, counted 1 + …
        Assert.Equal(100_000, json["samples"]!.GetValue<int>());
        Assert.Equal([18, 0, 12, 10], new[] { "only_a_right", "only_b_right", "both_right", "both_wrong" }
            .Select(key => json[key]!.GetValue<int>()));
        Assert.Equal(40, json["test_images"]!.GetValue<int>());
    }

    [Fact]
    public void It_explains_the_number_in_words()
    {
        string output = Compare("a", "b.csv", "--samples", "1000").Output;
        Assert.Contains("A − B: +45.0 points [", output);
        Assert.Contains("18 only A got right, 0 only B", output);
        Assert.Contains(
            "p = 0.001 (permutation test, 1000 samples): the difference is unlikely to be chance on these images",
            output);
        Assert.Contains(
            "p = 1.000 (permutation test, 100000 samples): the difference may be chance", Compare("a", "a").Output);
    }

    [Fact]
    public void Images_of_several_classes_are_compared_by_accuracy()
    {
        string Scores(string root, int skilled) => MultiLabelScores.Header + "\n" + string.Concat(
            Enumerable.Range(0, 20).SelectMany(image => new[] { "cat", "dog" }.Select((name, c) =>
            {
                int mark = (image + c) % 2 == 0 ? 1 : -1;
                return $"{root}/{image}.jpg,{name},{mark},{(image < skilled ? mark : -mark)}\n";
            })));
        folder.Write("skilled.csv", Scores("here", 20));
        folder.Write("half.csv", Scores("there", 10));
        CommandRun run = Compare("skilled.csv", "half.csv", "--json");
        Assert.Equal(1.0, run.Json["a"]!["accuracy"]!.GetValue<double>());
        Assert.Equal(0.5, run.Json["b"]!["accuracy"]!.GetValue<double>());
        Assert.Equal((40, 20, 20, 0), (
            run.Json["decisions"]!.GetValue<int>(), run.Json["test_images"]!.GetValue<int>(),
            run.Json["only_a_right"]!.GetValue<int>(), run.Json["only_b_right"]!.GetValue<int>()));

        // Ten images differ, all in favor of A: 2 of 2^10 exchanges. By decisions it would be 2 of 2^20.
        Assert.Equal(2.0 / 1024, run.Json["p_value"]!.GetValue<double>(), 7e-4);
        Assert.Contains("A − B: +50.00 points of accuracy [", Compare("skilled.csv", "half.csv").Output);
        Assert.Contains("several classes each", Compare("skilled.csv", "b.csv").Refused(3));
    }

    [Theory]
    [InlineData("fewer.csv", "cover different images (40 and 39; only in ")]
    [InlineData("relabeled.csv", "has the label 'class0' in ")]
    [InlineData("nothing.csv", "there is no predictions file")]
    [InlineData("manifest.csv", "expected the header 'path,label,prediction,correct'")]
    public void Inputs_that_cannot_be_compared_are_refused(string other, string message)
        => Assert.Contains(message, Compare("a", other).Refused(3));

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("many")]
    [InlineData("20000000000")]
    public void Invalid_numbers_of_samples_are_refused(string samples)
        => Assert.Contains("--samples: got '", Compare("a", "b.csv", "--samples", samples).Refused(2));

    [Fact]
    public void One_file_is_not_enough()
        => Assert.Contains("B is missing", CommandRun.Of("evaluate", "compare", folder.PathOf("a")).Refused(2));

    private static string Row(string root, int image, bool right)
        => $"{root}/class{image % 2}/{image}.png,class{image % 2},class"
            + $"{(right ? image % 2 : 1 - (image % 2))},{(right ? 1 : 0)}\n";

    private CommandRun Compare(string a, string b, params string[] more)
        => CommandRun.Of(["evaluate", "compare", folder.PathOf(a), folder.PathOf(b), .. more]);
}
