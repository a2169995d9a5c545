using SimClr.Checks;
using SimClr.Duplicates;

namespace SimClr.Tests.Checks;

public sealed class SetLeaksTests
{
    [Fact]
    public void Equal_bytes_and_near_hashes_leak_and_others_do_not()
    {
        ImageSignature?[] train = [Signature(1, 0xFF00), Signature(2, null), null, Signature(3, 0x0)];
        ImageSignature?[] test =
        [
            Signature(9, 0xFF03),                  // 2 bits from the first
            null,
            Signature(2, null),                    // the same bytes, blank
            Signature(8, null),                    // blank, other bytes
            Signature(7, 0x0F0F0F0F),              // 16 bits from the last
            Signature(3, 0x0),
        ];

        Assert.Equal(
            [new SetLeak(0, 0, 2, false), new SetLeak(2, 1, 0, true), new SetLeak(5, 3, 0, true)],
            SetLeaks.Find(test, train));
    }

    private static ImageSignature Signature(ulong content, ulong? hash) => new(content, hash, new ImageFacts(1, 1, 1));
}
