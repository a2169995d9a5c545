using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;

namespace SimClr.Training;

/// <summary>Decides whether a run can have a user's own augmentation, or go on without it.</summary>
internal static class AugmentationCheck
{
    public static string? NameOf(IAugmentation? own) => own?.GetType().FullName;

    /// <exception cref="ConfigurationException">Views are made where the augmentation cannot run.</exception>
    /// <exception cref="ResumeMismatchException">The run there was started with another one, or with none.</exception>
    public static void Run(RunDirectory run, PretrainOptions options, IAugmentation? own)
    {
        if (own is not null && options.AugmentOn == AugmentationPlace.Device)
        {
            throw new ConfigurationException(
                $"augment_on is device, and the augmentation {NameOf(own)} runs on the processor; set augment_on to cpu, or leave the augmentation out");
        }

        if (run.HasRun && RunRecord.Read(run.RunFile).OwnAugmentation is var before && before != NameOf(own))
        {
            throw new ResumeMismatchException(
                $"{run.Root}: the run was started with {Describe(before)}, now with {Describe(NameOf(own))}; "
                    + "resume it from C# as it was started, or choose another directory");
        }
    }

    private static string Describe(string? name) => name is null ? "no augmentation of your own" : $"the augmentation {name}";
}
