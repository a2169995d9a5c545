using System.Diagnostics;
using System.Diagnostics.Metrics;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Search;
using SimClr.Tests.Data;
using SimClr.Tests.Training;
using SimClr.Training;

namespace SimClr.Tests.Internals;

/// <summary>A listener of another program sees names, units and values.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class TelemetryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_reports_its_loss_and_images_and_a_span_of_each_part()
    {
        var spans = new List<Activity>();
        var values = new List<(string Name, string? Unit, double Value)>();

        // Tests beside this one also train: their spans belong to another trace.
        using var root = new Activity("test");
        root.Start();
        ActivityTraceId trace = root.TraceId;
        using (ActivityListener activities = Listen(spans))
        using (MeterListener meters = Listen(values))
        {
            PretrainResult result = TinyRun.Train(folder, "run");
            using var embedder = ImageEmbedder.Load(result.EncoderFile);
            using ImageDataSet images = TinyRun.Images(20);
            EmbeddingTable table = Embedder.Embed(embedder.Encoder, images);
            embedder.Embed(images.Read(3));
            using VectorIndex index = VectorIndex.FromTable(table);
            index.FindImages(table[0], 2);
            Assert.Contains(values, value => value.Name == "simclr.training.loss" && value.Value == result.FinalLoss);
        }

        root.Stop();
        Activity[] own = [.. Copy(spans).Where(span => span.TraceId == trace)];
        string[] names = [.. own.Select(span => span.OperationName)];
        Assert.Equal(1, names.Count(name => name == "pretrain"));
        Assert.Equal(3, names.Count(name => name == "epoch"));
        Assert.Equal(["1", "2", "3"], own.Where(span => span.OperationName == "epoch")
            .Select(span => span.GetTagItem("simclr.epoch")));
        Assert.Contains("checkpoint", names);
        Assert.True(names.Count(name => name == "embed") >= 2);
        Assert.Equal(1, names.Count(name => name == "search"));
        Activity pretrain = own.Single(span => span.OperationName == "pretrain");
        Assert.All(
            own.Where(span => span.OperationName == "epoch"),
            epoch => Assert.Equal(pretrain.SpanId, epoch.ParentSpanId));
        Assert.All(
            own.Where(span => span.OperationName == "checkpoint"),
            checkpoint => Assert.Contains(
                own, span => span.OperationName == "epoch" && span.SpanId == checkpoint.ParentSpanId));

        // Values of other tests may be among these, so they are bounds.
        Assert.True(Sum("simclr.training.images", "{image}") >= 3 * 64);
        Assert.True(Sum("simclr.training.input_wait", "s") >= 0);
        Assert.True(Sum("simclr.embedding.images", "{image}") >= 21);
        Assert.True(Sum("simclr.search.duration", "s") > 0);

        double Sum(string name, string unit)
        {
            (string Name, string? Unit, double Value)[] all = [.. Copy(values).Where(value => value.Name == name)];
            Assert.NotEmpty(all);
            Assert.All(all, value => Assert.Equal(unit, value.Unit));
            return all.Sum(value => value.Value);
        }
    }

    [Fact]
    public void Nothing_is_created_if_nobody_listens()
    {
        using var index = new VectorIndex(2);
        index.Add([1, 0]);
        index.Find([1, 0], 1);
        Assert.Null(Activity.Current);
    }

    private static ActivityListener Listen(List<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "SimClr",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener Listen(List<(string, string?, double)> values)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "SimClr")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value)
        {
            lock (values)
            {
                values.Add((instrument.Name, instrument.Unit, value));
            }
        }
    }

    private static T[] Copy<T>(List<T> list)
    {
        lock (list)
        {
            return [.. list];
        }
    }
}
