using System.Text;
using SimClr.Evaluation;
using SimClr.Tests.Data;

namespace SimClr.Tests.Evaluation;

public sealed class MultiLabelPermutationTests : IDisposable
{
    private const int Images = 12;
    private const int Classes = 5;
    private const int Samples = PermutationTest.DefaultSamples;

    private static readonly string[] Names = [.. Enumerable.Range(0, Classes).Select(c => $"class {c}")];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_p_value_is_that_of_all_exchanges_of_whole_images()
    {
        (MultiLabelScores a, MultiLabelScores b) = (Scores(1, skill: 1.2), Scores(2, skill: 0.2));
        MultiLabelComparison found = PermutationTest.Compare(MultiLabelPair.Match(a, b, "a", "b"), Samples, seed: 0);

        // All 2^12 exchanges, by the definition: exchange the rows of scores, count correct decisions, subtract.
        double observed = Correct(a, b, 0) - Correct(b, a, 0);
        int asLarge = Enumerable.Range(0, 1 << Images)
            .Count(exchanged => Math.Abs(Correct(a, b, exchanged) - Correct(b, a, exchanged)) >= Math.Abs(observed));
        double exact = (double)asLarge / (1 << Images);
        Assert.InRange(exact, 0.001, 0.9);
        Assert.Equal(exact, found.PValue, 5 * Math.Sqrt(exact * (1 - exact) / Samples));

        int decisions = a.Marks.Count(mark => mark != 0);
        Assert.Equal((Images, decisions), (found.Images, found.Decisions));
        Assert.Equal(Correct(a, b, 0) / decisions, found.AccuracyA, 1e-12);
        Assert.Equal(Correct(b, a, 0) / decisions, found.AccuracyB, 1e-12);
        Assert.Equal(observed / decisions, found.Difference, 1e-12);
        Assert.InRange(found.Difference, found.DifferenceInterval.Low, found.DifferenceInterval.High);
    }

    [Fact]
    public void Equal_decisions_have_p_1_whatever_the_scores()
    {
        MultiLabelScores a = Scores(1, skill: 1);
        MultiLabelScores b = a with { Scores = [.. a.Scores.Select(score => 3 * score)] };
        MultiLabelComparison found = PermutationTest.Compare(MultiLabelPair.Match(a, b, "a", "b"), 100, seed: 0);
        Assert.Equal((1, 0.0, 0, 0), (found.PValue, found.Difference, found.OnlyACorrect, found.OnlyBCorrect));
    }

    [Fact]
    public void A_file_is_read_as_it_was_written_and_images_match_by_path()
    {
        MultiLabelScores a = Scores(1, skill: 1.2);
        MultiLabelScores b = Scores(2, skill: 0.2);
        int[] reversed = [.. Enumerable.Range(0, Images).Reverse()];
        var moved = new MultiLabelScores(
            [.. reversed.Select(i => $"elsewhere/{b.Paths[i]}")],
            Names,
            [.. reversed.SelectMany(i => b.Marks[(i * Classes)..((i + 1) * Classes)])],
            [.. reversed.SelectMany(i => b.Scores[(i * Classes)..((i + 1) * Classes)])]);
        MultiLabelScores read = MultiLabelScores.Read(Written(moved));

        Assert.Equal(moved.Paths, read.Paths);
        Assert.Equal(moved.ClassNames, read.ClassNames);
        Assert.Equal(moved.Marks, read.Marks);
        Assert.Equal(moved.Scores, read.Scores);
        Assert.Equal(
            PermutationTest.Compare(MultiLabelPair.Match(a, b, "a", "b"), 1000, 0).PValue,
            PermutationTest.Compare(MultiLabelPair.Match(a, read, "a", "b"), 1000, 0).PValue);
    }

    [Fact]
    public void Scores_of_other_images_classes_or_marks_are_refused()
    {
        MultiLabelScores a = Scores(1, skill: 1);
        Refused(a with { Paths = [.. a.Paths.Select((path, i) => i == 3 ? "other.jpg" : path)] }, "different images");
        Refused(a with { ClassNames = [.. Names.Reverse()] }, "has the classes");
        Refused(a with { Marks = [(sbyte)(a.Marks[0] == 1 ? -1 : 1), .. a.Marks[1..]] }, "has the mark");

        void Refused(MultiLabelScores other, string message) => Assert.Contains(
            message,
            Assert.Throws<DataException>(() => MultiLabelPair.Match(a, other, "a", "b")).Message);
    }

    [Theory]
    [InlineData("x.jpg,cat,1,0.5\nx.jpg,dog,2,0.5\n", "line 3: got 'x.jpg,dog,2,0.5'")]
    [InlineData("x.jpg,cat,1,0.5\nx.jpg,dog,1,high\n", "line 3")]
    [InlineData("x.jpg,cat,1,0.5\nx.jpg,dog,1,1\ny.jpg,cat,1,1\n", "got 3 rows and 2 classes")]
    [InlineData("x.jpg,cat,1,0.5\nx.jpg,dog,1,1\ny.jpg,dog,1,1\ny.jpg,cat,1,1\n", "line 4: got the class 'dog'")]
    [InlineData("", "got 0 rows")]
    public void Damaged_files_are_refused(string rows, string message)
    {
        string file = folder.Write("scores.csv", $"{MultiLabelScores.Header}\n{rows}");
        Assert.Contains(message, Assert.Throws<DataException>(() => MultiLabelScores.Read(file)).Message);
    }

    private static double Correct(MultiLabelScores own, MultiLabelScores other, int exchanged)
    {
        double right = 0;
        for (int image = 0; image < Images; image++)
        {
            MultiLabelScores from = ((exchanged >> image) & 1) == 0 ? own : other;
            for (int c = 0; c < Classes; c++)
            {
                int mark = from.Marks[(image * Classes) + c];
                bool predicted = from.Scores[(image * Classes) + c] > 0;
                right += (mark == 1 && predicted) || (mark == -1 && !predicted) ? 1 : 0;
            }
        }

        return right;
    }

    // The same marks for every seed; the greater the skill, the more scores have the sign of their mark.
    private static MultiLabelScores Scores(int seed, double skill)
    {
        var ofMarks = new Random(99);
        var ofScores = new Random(seed);
        sbyte[] marks = [.. Enumerable.Range(0, Images * Classes).Select(_ => (sbyte)(ofMarks.Next(3) - 1))];
        return new MultiLabelScores(
            [.. Enumerable.Range(0, Images).Select(i => $"images/{i:D3}.jpg")],
            Names,
            marks,
            [.. marks.Select(mark => (float)((skill * mark) + (4 * ofScores.NextDouble()) - 2))]);
    }

    private string Written(MultiLabelScores scores)
    {
        using var stream = new MemoryStream();
        scores.Write(stream);
        return folder.Write("written.csv", Encoding.UTF8.GetString(stream.ToArray()));
    }
}
