namespace SimClr.Tests.Cli.Outputs;

/// <summary><c>label --next</c> over a file into which somebody typed labels.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class ManualLabelsTests(GroupFixture fixture) : IClassFixture<GroupFixture>
{
    [Fact]
    public void Repeating_the_command_keeps_the_typed_labels()
    {
        Assert.Equal(0, fixture.Run("label plain.csv --suggest 6 --next again.csv").Code);
        string typed = Fill("again.csv");

        string error = fixture.Run("label plain.csv --suggest 6 --next again.csv").Refused(2);

        Assert.Contains(
            $"{fixture.At("again.csv")} holds 6 labels that are not among --labels; "
                + $"use --labels {fixture.At("again.csv")} or choose another --next",
            error);
        Assert.Equal(typed, File.ReadAllText(fixture.At("again.csv")));
    }

    [Fact]
    public void Without_typed_labels_nothing_is_kept()
    {
        Assert.Equal(0, fixture.Run("label plain.csv --suggest 6 --next blank.csv").Code);
        Assert.Equal(0, fixture.Run("label plain.csv --suggest 5 --next blank.csv").Code);
        Assert.Equal(6, File.ReadAllLines(fixture.At("blank.csv")).Length);
    }

    [Fact]
    public void A_label_typed_beside_a_guess_is_kept()
    {
        Assert.Equal(0, fixture.Run("label plain.csv --labels labels.csv --suggest 4 --next beside.csv").Code);
        // Only guesses are replaced.
        Assert.Equal(0, fixture.Run("label plain.csv --labels beside.csv --suggest 4 --next beside.csv").Code);
        string[] rows = File.ReadAllLines(fixture.At("beside.csv"));
        Assert.Matches(",,(red|green|blue)$", rows[^1]);
        rows[^1] = rows[^1][..(rows[^1].LastIndexOf(',') + 1)] + "crimson";
        File.WriteAllLines(fixture.At("beside.csv"), rows);

        string error = fixture.Run("label plain.csv --labels beside.csv --suggest 4 --next beside.csv").Refused(2);

        Assert.Contains($"{fixture.At("beside.csv")}, line {rows.Length}, holds 'crimson' in the column guess", error);
        Assert.Equal(rows, File.ReadAllLines(fixture.At("beside.csv")));
    }

    [Fact]
    public void A_label_typed_without_a_guess_is_kept()
    {
        Assert.Equal(0, fixture.Run("label plain.csv --suggest 3 --next third.csv").Code);
        string typed = File.ReadAllText(fixture.At("third.csv")).Replace(",,\n", ",,red\n", StringComparison.Ordinal);
        File.WriteAllText(fixture.At("third.csv"), typed);

        Assert.Contains(
            "line 2, holds 'red' in the column guess",
            fixture.Run("label plain.csv --suggest 3 --next third.csv").Refused(2));
        Assert.Equal(typed, File.ReadAllText(fixture.At("third.csv")));
    }

    [Fact]
    public void Labels_from_the_input_are_copied_to_the_new_file_which_may_replace_it()
    {
        Assert.Equal(0, fixture.Run("label plain.csv --suggest 6 --next round.csv").Code);
        Fill("round.csv");

        Assert.Equal(0, fixture.Run("label plain.csv --labels round.csv --suggest 4 --next round.csv").Code);

        string[] rows = File.ReadAllLines(fixture.At("round.csv"));
        Assert.Equal(1 + 6 + 4, rows.Length);
        Assert.Equal(6, rows.Count(row => row.Split(',')[1].StartsWith("typed", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_spreadsheet_may_have_put_the_columns_into_quotes()
    {
        File.WriteAllText(fixture.At("quoted.csv"), File.ReadAllText(fixture.At("labels.csv"))
            .Replace("path,label", "\"Path\",\"Label\"", StringComparison.Ordinal));

        Assert.Equal(0, fixture.Run("label plain.csv --labels quoted.csv --suggest 4 --next quoted.csv").Code);
        Assert.Equal(1 + 9 + 4, File.ReadAllLines(fixture.At("quoted.csv")).Length);
        Assert.Contains(
            "holds 9 labels that are not among --labels",
            fixture.Run("label plain.csv --suggest 4 --next quoted.csv").Refused(2));
    }

    [Fact]
    public void A_typed_label_with_an_impossible_path_matches_no_image()
    {
        File.WriteAllText(fixture.At("nul.csv"), File.ReadAllText(fixture.At("labels.csv")) + "red/a\0b.png,red\n");
        File.WriteAllText(fixture.At("typed.csv"), "path,label\nred/a.png,red\n");

        string error = fixture.Run("label plain.csv --labels nul.csv --suggest 4 --next typed.csv").Refused(2);

        Assert.Contains($"{fixture.At("typed.csv")} holds 1 label that is not among --labels", error);
    }

    [Fact]
    public void A_file_with_labels_of_images_that_are_not_embedded_is_not_replaced()
    {
        string file = fixture.At("strange.csv");
        File.WriteAllText(file, File.ReadAllText(fixture.At("labels.csv")) + "gone.png,red\n");
        string typed = File.ReadAllText(file);

        string error = fixture.Run("label plain.csv --labels strange.csv --suggest 4 --next strange.csv").Refused(2);

        Assert.Contains(
            $"{file} holds 1 label of images that are not among the embedded ones, and would lose it", error);
        Assert.Equal(typed, File.ReadAllText(file));
    }

    [Fact]
    public void A_file_with_a_changed_label_is_not_replaced()
    {
        File.WriteAllText(
            fixture.At("changed.csv"),
            File.ReadAllText(fixture.At("labels.csv")).Replace("0.png,blue", "0.png,azure", StringComparison.Ordinal));

        string error = fixture.Run("label plain.csv --labels labels.csv --suggest 4 --next changed.csv").Refused(2);

        Assert.Contains("holds 1 label that is not among --labels", error);
    }

    [Theory]
    [InlineData("cluster plain.csv --k 3 --csv labels.csv", "is not a table that begins with path,cluster,cosine")]
    [InlineData("label plain.csv --labels labels.csv --out labels.csv", "is an input of this command")]
    [InlineData(
        "label plain.csv --labels onlyred.csv --suggest 2 --out labels.csv",
        "is not a table that begins with path,label,prediction,confidence")]
    [InlineData("label plain.csv --suggest 2 --next notes.csv", "is not a list of labels")]
    public void A_typed_list_is_not_an_output_of_another_kind(string line, string expected)
    {
        File.WriteAllText(fixture.At("notes.csv"), "path,label,note\na.png,red,typed\n");
        string typed = File.ReadAllText(fixture.At("labels.csv"));

        Assert.Contains(expected, fixture.Run(line).Refused(2));
        Assert.Equal(typed, File.ReadAllText(fixture.At("labels.csv")));
    }

    private string Fill(string name)
    {
        string[] rows = File.ReadAllLines(fixture.At(name));
        string typed = string.Concat(
            rows.Select((row, i) => i == 0 ? row + "\n" : $"{row.Split(',')[0]},typed{i % 2},\n"));
        File.WriteAllText(fixture.At(name), typed);
        return typed;
    }
}
