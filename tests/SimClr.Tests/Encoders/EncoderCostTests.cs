using SimClr.Encoders;

namespace SimClr.Tests.Encoders;

public sealed class EncoderCostTests
{
    [Theory]
    [InlineData("resnet18", 1.814)]
    [InlineData("resnet34", 3.664)]
    [InlineData("resnet50", 4.089)]
    [InlineData("resnet101", 7.801)]
    [InlineData("resnet152", 11.514)]
    public void Multiply_adds_equal_torchvisions_for_224_pixels(string name, double billions)
    {
        double counted = EncoderCost.MultiplyAdds(new EncoderOptions { Name = name }, 224) / 1e9;

        Assert.Equal(billions, counted, 0.004);   // torchvision's include the classifier
    }

    [Fact]
    public void The_small_stem_keeps_all_pixels()
        => Assert.Equal(0.555, EncoderCost.MultiplyAdds(new EncoderOptions { Name = "resnet18" }, 32) / 1e9, 0.001);

    [Fact]
    public void A_quarter_of_the_width_costs_nearly_a_sixteenth()
    {
        var full = new EncoderOptions { Name = "resnet18" };
        double ratio = EncoderCost.MultiplyAdds(full, 32) / EncoderCost.MultiplyAdds(full with { Width = 0.25 }, 32);

        Assert.InRange(ratio, 15, 16);
    }
}
