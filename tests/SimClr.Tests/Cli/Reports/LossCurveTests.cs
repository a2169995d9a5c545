using System.Xml.Linq;
using SimClr.Checkpoints;
using SimClr.Cli.Reports;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Reports;

public sealed class LossCurveTests : IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_curve_names_its_axes_and_the_level_of_chance()
    {
        XElement svg = Draw(
            """{"step":10,"epoch":1,"loss":6.1,"chance_loss":6.2364}""",
            """{"step":20,"epoch":1,"loss":5.4,"chance_loss":6.2364,"knn":0.71}""",
            """{"step":40,"epoch":2,"loss":4.9,"chance_loss":6.2364,"knn":0.804}""");
        string[] texts = Texts(svg);
        Assert.Contains("chance level 6.24", texts);
        Assert.Contains("epoch", texts);
        Assert.Contains("loss", texts);
        Assert.Contains("kNN accuracy", texts);
        Assert.Contains("80%", texts);
        Assert.Equal(("700", "360"), (svg.Attribute("width")!.Value, svg.Attribute("height")!.Value));
        Assert.Equal(
            "Training loss over epochs, from 6.10 to 4.90; chance level 6.24; final kNN accuracy 80.4%.",
            svg.Attribute("aria-label")!.Value);
    }

    [Fact]
    public void Without_labels_there_is_no_second_axis()
        => Assert.DoesNotContain(
            "kNN accuracy", Texts(Draw("""{"step":1,"epoch":1,"loss":6.1}""", """{"step":2,"epoch":2,"loss":6.0}""")));

    [Fact]
    public void One_logged_step_is_a_point()
    {
        XElement svg = Draw("""{"step":10,"epoch":1,"loss":5.5,"chance_loss":5.8}""");
        Assert.Contains("chance level 5.80", Texts(svg));
        Assert.Single(svg.Descendants(Svg + "circle"));
        Assert.DoesNotContain(svg.Descendants(Svg + "polyline"), line => IsCurve(line));
    }

    [Fact]
    public void The_curve_of_a_run_without_a_logged_step_states_it()
    {
        Assert.Contains("no logged steps yet", Texts(Draw()));
        Assert.Contains(
            "no logged steps yet", LossCurve.Svg(new RunDirectory(folder.PathOf("missing"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_a_finite_loss_are_skipped()
    {
        LossPoint[] points = LossPoint.FromMetrics(
            [Metrics(1, 1, 5), Metrics(2, 1, double.NaN), new Dictionary<string, double> { ["step"] = 3 }]);
        Assert.Equal([5], points.Select(point => point.Loss));
    }

    [Fact]
    public void Epochs_have_fractions()
    {
        LossPoint[] points = LossPoint.FromMetrics(
            [Metrics(10, 1, 5), Metrics(20, 1, 5), Metrics(31, 1, 5), Metrics(40, 2, 5), Metrics(62, 2, 5)]);
        Assert.Equal([10 / 31.0, 20 / 31.0, 1, 40 / 31.0, 2], points.Select(point => point.Epoch));
    }

    [Fact]
    public void Loss_and_accuracy_have_charts_of_their_own()
    {
        XElement svg = Draw(
            """{"step":10,"epoch":1,"loss":5.5,"chance_loss":5.8,"knn":0.5}""",
            """{"step":20,"epoch":2,"loss":5.1,"chance_loss":5.8,"knn":0.6}""");
        Assert.Equal(2, svg.Descendants(Svg + "polyline").Count(IsCurve));
        XElement chance = svg.Descendants(Svg + "text").Single(text => text.Value == "chance level 5.80");
        Assert.Equal("end", chance.Attribute("text-anchor")!.Value);
        XElement metadata = svg.Descendants(Svg + "metadata").Single();
        Assert.Contains("loss,1,5.5", metadata.Value, StringComparison.Ordinal);
    }

    private static bool IsCurve(XElement line)
        => line.Attribute("style")!.Value is { } style
            && style.Contains("stroke-width:2", StringComparison.Ordinal)
            && !style.Contains("dash", StringComparison.Ordinal);

    private XElement Draw(params string[] lines)
    {
        string log = folder.Write("metrics.jsonl", string.Concat(lines.Select(line => line + "\n")));
        return XDocument.Parse(LossCurve.Svg(new RunDirectory(Path.GetDirectoryName(log)!))).Root!;
    }

    private static string[] Texts(XElement svg) => [.. svg.Descendants(Svg + "text").Select(text => text.Value)];

    private static Dictionary<string, double> Metrics(double step, double epoch, double loss)
        => new() { ["step"] = step, ["epoch"] = epoch, ["loss"] = loss };
}
