using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Tests.Evaluation;

public sealed class MeanAveragePrecisionTests
{
    [Fact]
    public void One_class_by_hand()
    {
        // Ranked: present, difficult, absent, present. Precision 1 up to a recall of 0.5 (levels 0 … 0.5), 2/3 above.
        (double value, Interval interval) = MeanAveragePrecision.Compute([4, 3, 2, 1], [1, 0, -1, 1], 1, seed: 0);
        Assert.Equal(((6 * 1.0) + (5 * (2.0 / 3))) / 11, value, 12);
        Assert.InRange(value, interval.Low, interval.High);
    }

    [Fact]
    public void The_value_equals_the_one_that_chooses_the_regularization()
    {
        (float[] scores, sbyte[] marks) = Draw(images: 200, classes: 4, seed: 5);
        (double value, Interval interval) = MeanAveragePrecision.Compute(scores, marks, 4, seed: 0);
        Assert.Equal(Slow(scores, marks, 4), value, 12);
        Assert.InRange(value, interval.Low, interval.High);
        Assert.InRange(interval.High - interval.Low, 0.01, 0.3);
        Assert.Equal(interval, MeanAveragePrecision.Compute(scores, marks, 4, seed: 0).Interval);
    }

    [Fact]
    public void A_perfect_ranking_has_an_interval_of_one_point()
    {
        (float[] scores, sbyte[] marks) = Draw(images: 50, classes: 2, seed: 1);
        float[] known = [.. marks.Select(mark => (float)mark)];
        Assert.NotEqual(known, scores);
        (double value, Interval interval) = MeanAveragePrecision.Compute(known, marks, 2, seed: 0);
        Assert.Equal((1.0, new Interval(1, 1)), (value, interval));
    }

    [Fact]
    public void A_class_that_no_image_has_is_left_out()
        => Assert.Equal(1, MeanAveragePrecision.Compute([1, 9, 0, 9], [1, -1, -1, -1], 2, seed: 0).Value);

    private static (float[] Scores, sbyte[] Marks) Draw(int images, int classes, long seed)
    {
        var random = new RandomStream(seed, Purpose.Probe);
        float[] scores = new float[images * classes];
        sbyte[] marks = new sbyte[images * classes];
        for (int i = 0; i < marks.Length; i++)
        {
            marks[i] = (sbyte)(random.NextInt(3) - 1);
            scores[i] = marks[i] + (float)(3 * random.NextNormal());
        }

        return (scores, marks);
    }

    /// <summary>
    /// The literal definition: at each recall, the best precision of all cuts of the ranking that reach it.
    /// </summary>
    private static double Slow(float[] scores, sbyte[] marks, int classes)
    {
        var means = new List<double>();
        for (int c = 0; c < classes; c++)
        {
            bool[] ranked = [.. Enumerable.Range(0, marks.Length / classes)
                .Select(image => (image * classes) + c)
                .Where(place => marks[place] != 0)
                .OrderByDescending(place => scores[place])
                .Select(place => marks[place] > 0)];
            int all = ranked.Count(there => there);
            if (all > 0)
            {
                means.Add(Enumerable.Range(0, 11).Average(level => Enumerable.Range(1, ranked.Length)
                    .Where(cut => 10 * ranked.Take(cut).Count(there => there) >= level * all)
                    .Max(cut => ranked.Take(cut).Count(there => there) / (double)cut)));
            }
        }

        return means.Average();
    }
}
