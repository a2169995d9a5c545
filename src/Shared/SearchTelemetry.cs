using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SimClr.Internals;

/// <summary>
/// The duration of searches, as <c>simclr.search.duration</c> of the meter and <c>search</c> of the activity source
/// "SimClr". It costs a few nanoseconds if nobody listens.
/// </summary>
[SharedSource]
internal static class SearchTelemetry
{
    private const string Name = "SimClr";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "simclr.search.duration", "s", "The duration of a search in an index");

    /// <summary>Measures a search until the result is disposed.</summary>
    public static Timing Start()
        => new(Source.StartActivity("search"), Duration.Enabled ? Stopwatch.GetTimestamp() : 0);

    /// <summary>A search in progress.</summary>
    /// <param name="span">The activity, or null if nobody listens.</param>
    /// <param name="start">The time stamp at the start, or 0 if nobody listens.</param>
    public readonly struct Timing(Activity? span, long start) : IDisposable
    {
        /// <summary>Ends the search.</summary>
        public void Dispose()
        {
            if (start != 0)
            {
                Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            span?.Dispose();
        }
    }
}
