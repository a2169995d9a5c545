using SimClr.Augmentation;

namespace SimClr.Tests.Augmentation;

public sealed class HueTests
{
    [Theory]
    [InlineData(-0.2)]
    [InlineData(0.05)]
    [InlineData(0.2)]
    public void Hue_equals_torchvision(double shift)
    {
        float[] planes = GoldenImage.Planes();
        Hue.Apply(planes, (float)shift);
        GoldenImage.AssertClose(GoldenImage.Read("hue", shift), planes, 3e-6);
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(-0.31)]
    [InlineData(0.0)]
    [InlineData(0.17)]
    [InlineData(0.5)]
    public void Hue_equals_the_six_sectors_of_the_textbook_on_every_kind_of_color(double shift)
    {
        float[] levels = [0, 1 / 255f, 0.2f, 0.5f, 0.999f, 1];
        float[] red = [.. levels.SelectMany(r => Enumerable.Repeat(r, 36))];
        float[] green = [.. levels.SelectMany(_ => levels.SelectMany(g => Enumerable.Repeat(g, 6)))];
        float[] blue = [.. Enumerable.Repeat(levels, 36).SelectMany(b => b)];
        float[] planes = [.. red, .. green, .. blue];
        Hue.Apply(planes, (float)shift);
        var colors =
            Enumerable.Range(0, 216).Select(i => SlowReference.Turn(red[i], green[i], blue[i], (float)shift)).ToArray();
        GoldenImage.AssertClose(
            [.. colors.Select(c => c.R), .. colors.Select(c => c.G), .. colors.Select(c => c.B)], planes, 2e-6);
    }

    [Fact]
    public void A_third_of_the_circle_turns_red_to_green_and_green_to_blue()
    {
        float[] planes = [1, 0, 0, 1, 0, 0];
        Hue.Apply(planes, 1 / 3f);
        GoldenImage.AssertClose([0, 0, 1, 0, 0, 1], planes, 1e-6);
    }

    [Fact]
    public void Gray_has_no_hue()
    {
        float[] planes = [0.3f, 0, 1, 0.3f, 0, 1, 0.3f, 0, 1];
        Hue.Apply(planes, 0.4f);
        Assert.Equal([0.3f, 0, 1, 0.3f, 0, 1, 0.3f, 0, 1], planes);
    }
}
