using Microsoft.Extensions.Logging;
using SimClr.Training;

namespace SimClr.Cli.Progress;

/// <summary>Shows on standard error how far a long piece of work is.</summary>
internal interface IDisplay
{
    /// <summary>Takes notes and warnings.</summary>
    ILogger Logger { get; }

    /// <summary>Takes the state of pre-training.</summary>
    IProgress<PretrainProgress> Training { get; }

    /// <summary>Takes the state of other work.</summary>
    /// <param name="total">What <see cref="WorkDone.Done"/> is at its end.</param>
    IProgress<WorkDone> Work(int total);

    /// <summary>Counts what is done of a number of images.</summary>
    /// <param name="work">What is done with them, such as "embedding sample:test".</param>
    /// <param name="total">All of them.</param>
    IProgress<int> Images(string work, int total)
    {
        IProgress<WorkDone> all = Work(total);
        return new ImmediateProgress<int>(done => all.Report(new WorkDone(done, $"{work}: {done} of {total} images")));
    }
}

/// <summary>How far some work is.</summary>
/// <param name="Done">How much is done.</param>
/// <param name="Text">The same in words.</param>
internal sealed record WorkDone(int Done, string Text);
