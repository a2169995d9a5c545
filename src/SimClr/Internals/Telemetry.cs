using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SimClr.Internals;

/// <summary>
/// The meter and the activity source "SimClr", which a program's own listeners (such as OpenTelemetry) receive. They
/// cost a few nanoseconds if nobody listens. <see cref="SearchTelemetry"/> has the instruments of searches.
/// </summary>
internal static class Telemetry
{
    private const string Name = "SimClr";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>(
        "simclr.training.loss", description: "The loss of the latest logged step");

    private static readonly Counter<long> TrainedImages = Meter.CreateCounter<long>(
        "simclr.training.images", "{image}", "Images trained on, without counting their views");

    private static readonly Counter<double> InputWait = Meter.CreateCounter<double>(
        "simclr.training.input_wait", "s", "The time that training has waited for images");

    private static readonly Counter<long> EmbeddedImages = Meter.CreateCounter<long>(
        "simclr.embedding.images", "{image}", "Images embedded");

    /// <summary>Starts a span, which ends when it is disposed; null if nobody listens.</summary>
    /// <param name="name">pretrain, epoch, checkpoint, embed or the name of another task.</param>
    public static Activity? StartSpan(string name) => Source.StartActivity(name);

    /// <summary>Counts embedded images.</summary>
    public static void CountEmbedded(int images) => EmbeddedImages.Add(images);

    /// <summary>Reports a logged step of training.</summary>
    /// <param name="loss">The loss of the step.</param>
    /// <param name="images">The number of images since the last report.</param>
    /// <param name="waited">The time spent waiting for images since the last report.</param>
    public static void ReportTraining(double loss, long images, TimeSpan waited)
    {
        Loss.Record(loss);
        TrainedImages.Add(images);
        InputWait.Add(waited.TotalSeconds);
    }
}
