using SimClr.Configuration;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>The speed of the tensor library's matrix products.</summary>
internal static class PeakBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        ComputePlan plan = ComputePlan.Resolve(
            settings.BaseOptions with { Precision = Precision.Fp32 }, customEncoder: false);
        plan.Begin();
        using var single = new MatrixPeak(settings.MatrixSide, "fp32", plan.Device);
        using var half = new MatrixPeak(settings.MatrixSide, "bf16", plan.Device);
        double[][] figures = SideBySide.Run(
            settings.Rounds, cancellation, () => single.Gigaflops(settings.Duration), () => half.Gigaflops(
                settings.Duration));
        string what = $"product of {settings.MatrixSide} × {settings.MatrixSide} matrices";
        yield return new BenchRow("peak_fp32", $"{what}, fp32", Spread.FromValues(figures[0]), "GFLOP/s");
        yield return new BenchRow("peak_bf16", $"{what}, bf16", Spread.FromValues(figures[1]), "GFLOP/s");
    }
}
