using Microsoft.Extensions.Logging;
using SimClr.Training;

namespace SimClr.Cli.Progress;

/// <summary>A display of long-running work on standard error.</summary>
internal interface IDisplay
{
    /// <summary>The logger for notes and warnings.</summary>
    ILogger Logger { get; }

    /// <summary>The receiver of pre-training progress.</summary>
    IProgress<PretrainProgress> Training { get; }

    /// <summary>Returns the receiver of progress of other work.</summary>
    /// <param name="total">The value of <see cref="WorkDone.Done"/> at the end.</param>
    IProgress<WorkDone> Work(int total);

    /// <summary>Returns a counter of processed images.</summary>
    /// <param name="work">The work on them, such as "embedding sample:test".</param>
    /// <param name="total">The number of images.</param>
    IProgress<int> Images(string work, int total)
    {
        IProgress<WorkDone> all = Work(total);
        return new ImmediateProgress<int>(done => all.Report(new WorkDone(done, $"{work}: {done} of {total} images")));
    }
}

/// <summary>The progress of some work.</summary>
/// <param name="Done">The amount done.</param>
/// <param name="Text">The progress in words.</param>
internal sealed record WorkDone(int Done, string Text);
