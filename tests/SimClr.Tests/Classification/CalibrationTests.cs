using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Tests.Classification;

public sealed class CalibrationTests
{
    /// <summary>Computed by hand: bins of four predictions are (9/15, 10/15] and (14/15, 1].</summary>
    [Fact]
    public void The_error_is_the_weighted_gap_between_probability_and_accuracy()
    {
        float[] probabilities = [0.65f, 0.35f, 0.61f, 0.39f, 0.36f, 0.64f, 0.02f, 0.98f];

        Calibration found = Calibration.Measure(probabilities, 2, [0, 1, 0, 1]);

        // Three predictions of mean probability (0.65 + 0.61 + 0.64) / 3 = 0.6333, one of them right; and one of 0.98,
        // right.
        Assert.Equal((3 * (0.63333333 - (1 / 3.0)) / 4) + ((1 - 0.98) / 4), found.Error, 1e-6);
        Assert.Equal(15, found.Bins.Count);
        Assert.Equal(new ReliabilityBin(3, 1.9 / 3, 1 / 3.0), Rounded(found.Bins[9]));
        Assert.Equal(new ReliabilityBin(1, 0.98, 1), Rounded(found.Bins[14]));
        Assert.Equal(4, found.Bins.Sum(bin => bin.Images));

        static ReliabilityBin Rounded(ReliabilityBin bin) => bin with
        {
            Confidence = Math.Abs(bin.Confidence - (1.9 / 3)) < 1e-6 ? 1.9 / 3 : Math.Round(bin.Confidence, 6),
        };
    }

    [Fact]
    public void Certainty_belongs_to_the_last_bin()
        => Assert.Equal(1, Calibration.Measure([1f, 0f], 2, [0]).Bins[14].Images);

    [Fact]
    public void The_bins_agree_with_a_loop_over_intervals()
    {
        (float[] logits, int[] labels) = Logits(400, 4, sharpness: 2, seed: 3);
        float[] probabilities = Softmax.Rows(logits, 4);

        Calibration found = Calibration.Measure(probabilities, 4, labels);

        double error = 0;
        for (int bin = 0; bin < 15; bin++)
        {
            var inside = new List<(float Probability, bool Right)>();
            for (int row = 0; row < labels.Length; row++)
            {
                float best = probabilities.Skip(4 * row).Take(4).Max();
                if (best > bin / 15.0 && best <= (bin + 1) / 15.0)
                {
                    inside.Add((best, probabilities[(4 * row) + labels[row]] == best));
                }
            }

            Assert.Equal(inside.Count, found.Bins[bin].Images);
            error += inside.Count == 0 ? 0
                : Math.Abs(inside.Sum(one => one.Probability - (one.Right ? 1.0 : 0)) / labels.Length);
        }

        Assert.Equal(error, found.Error, 1e-6);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_is_that_of_a_search_over_a_grid(double sharpness)
    {
        (float[] logits, int[] labels) = Logits(300, 3, sharpness, seed: 1);

        double found = TemperatureScaling.Fit(logits, 3, labels);

        double best = Enumerable.Range(0, 4000).Select(i => Math.Exp((i - 2000) / 800.0))
            .MinBy(t => CrossEntropy(logits, 3, labels, t));
        Assert.Equal(1, found / best, 0.002);
        Assert.InRange(found / sharpness, 0.8, 1.25);   // The labels are drawn at sharpness 1.
    }

    [Fact]
    public void A_few_correct_predictions_do_not_make_it_certain()
    {
        float[] logits = [5, 0, 0, 5, 4, 0];

        double temperature = TemperatureScaling.Fit(logits, 2, [0, 1, 0]);

        float[] probabilities = Softmax.Rows([.. logits.Select(logit => (float)(logit / temperature))], 2);
        Assert.Equal(4 / 5.0, (probabilities[0] + probabilities[3] + probabilities[4]) / 3, 0.02);
    }

    [Fact]
    public void Classes_that_were_not_learned_are_left_out()
    {
        const float none = float.NegativeInfinity;
        float[] logits = [2, 1, none, 0, 1, none, 3, 1, none];

        double temperature = TemperatureScaling.Fit(logits, 3, [0, 0, 2]);

        Assert.Equal(TemperatureScaling.Fit([2, 1, 0, 1], 2, [0, 0]), temperature, 1e-9);
        Assert.Equal(1, TemperatureScaling.Fit([1, none], 2, [1]));
    }

    [Fact]
    public void Temperature_improves_the_calibration_of_images_it_was_not_fitted_to()
    {
        (float[] logits, int[] labels) = Logits(2000, 3, sharpness: 4, seed: 5);

        Calibration before = Calibration.Measure(Softmax.Rows(logits, 3), 3, labels);
        Calibration after = Calibration.Measure(TemperatureScaling.CrossFit(logits, 3, labels), 3, labels);

        Assert.InRange(before.Error, 0.1, 1);
        Assert.InRange(after.Error, 0, 0.04);
    }

    [Fact]
    public void Each_fifth_is_scaled_by_the_temperature_of_the_others()
    {
        (float[] logits, int[] labels) = Logits(23, 2, sharpness: 2, seed: 9);

        float[] found = TemperatureScaling.CrossFit(logits, 2, labels);

        int[] others = [.. Enumerable.Range(0, 23).Where(row => row % 5 != 3)];
        double temperature = TemperatureScaling.Fit(
            [.. others.SelectMany(row => new[] { logits[2 * row], logits[(2 * row) + 1] })], 2,
            [.. others.Select(row => labels[row])]);
        Assert.Equal(1 / (1 + Math.Exp((logits[37] - logits[36]) / temperature)), found[36], 1e-5);   // Row 18.
    }

    /// <summary>Logits, and labels drawn from their softmax; the logits are then multiplied.</summary>
    private static (float[] Logits, int[] Labels) Logits(int rows, int classes, double sharpness, int seed)
    {
        var stream = new RandomStream(seed, Purpose.Sample);
        float[] logits = [.. Enumerable.Range(0, rows * classes).Select(_ => (float)(1.5 * stream.NextNormal()))];
        float[] probabilities = Softmax.Rows(logits, classes);
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            double draw = stream.NextDouble();
            while (labels[row] < classes - 1 && (draw -= probabilities[(row * classes) + labels[row]]) > 0)
            {
                labels[row]++;
            }
        }

        return ([.. logits.Select(logit => (float)(logit * sharpness))], labels);
    }

    private static double CrossEntropy(float[] logits, int classes, int[] labels, double temperature)
    {
        double rest = 1.0 / (labels.Length + 2);
        double sum = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            double[] scaled = [.. logits.Skip(row * classes).Take(classes).Select(logit => logit / temperature)];
            double all = Math.Log(scaled.Sum(Math.Exp));
            for (int c = 0; c < classes; c++)
            {
                sum -= (c == labels[row] ? 1 - rest : rest / (classes - 1)) * (scaled[c] - all);
            }
        }

        return sum;
    }
}
