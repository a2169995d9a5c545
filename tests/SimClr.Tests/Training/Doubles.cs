using Microsoft.Extensions.Logging;
using SimClr.Data;
using SimClr.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>Reports progress immediately, on the caller's thread.</summary>
internal sealed class Reporter(Action<PretrainProgress> action) : IProgress<PretrainProgress>
{
    public void Report(PretrainProgress value) => action(value);
}

/// <summary>A logger that keeps its messages.</summary>
internal sealed class ListLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
        => Lines.Add(formatter(state, exception));
}

/// <summary>A set without its labels.</summary>
internal sealed class WithoutLabels(ImageDataSet images) : DelegatingDataSet(images)
{
    public override IReadOnlyList<int>? Labels => null;

    public override IReadOnlyList<string>? ClassNames => null;

    public override IReadOnlyList<sbyte[]>? MultiLabels => null;
}

/// <summary>A typical custom encoder: two convolutions and a mean.</summary>
internal sealed class CustomEncoder : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d first = nn.Conv2d(3, 8, 3, padding: 1);
    private readonly BatchNorm2d norm = nn.BatchNorm2d(8);
    private readonly Conv2d second = nn.Conv2d(8, 16, 3, padding: 1);

    public CustomEncoder()
        : base(nameof(CustomEncoder)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return second.forward(nn.functional.relu(norm.forward(first.forward(input))))
            .mean([2, 3])
            .MoveToOuterDisposeScope();
    }
}

/// <summary>Another custom encoder: h + W·h, where h is random and W starts at zero.</summary>
internal sealed class ResidualEncoder : nn.Module<Tensor, Tensor>
{
    private readonly CustomEncoder plain = new();
    private readonly Linear residual = nn.Linear(16, 16);

    public ResidualEncoder()
        : base(nameof(ResidualEncoder))
    {
        nn.init.zeros_(residual.weight!);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor h = plain.forward(input);
        return h.add(residual.forward(h)).MoveToOuterDisposeScope();
    }
}

/// <summary>The same images, each after a pause.</summary>
internal sealed class SlowDataSet(ImageDataSet images, TimeSpan pause) : DelegatingDataSet(images)
{
    public override bool IsDecoded => false;

    public override RgbImage Read(int index)
    {
        Thread.Sleep(pause);
        return Source.Read(index);
    }
}

/// <summary>A set in which some images cannot be read.</summary>
internal sealed class Flawed(ImageDataSet images, params int[] unreadable) : DelegatingDataSet(images)
{
    public override bool IsDecoded => false;

    public override RgbImage Read(int index) => unreadable.Contains(index)
        ? throw new UnreadableImageException(PathOf(index), "made so")
        : Source.Read(index);
}
