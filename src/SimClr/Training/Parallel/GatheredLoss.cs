using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The loss of a batch that several ranks share. Every rank gathers all projections, in the order of the batch. If the
/// loss is a sum over anchors, each rank computes it for its own anchors against all candidates, and the gradients are
/// summed over the ranks (NT-Xent: each rank holds the similarities of its own rows only). Any other loss is computed
/// as a whole by every rank.
/// </summary>
/// <param name="loss">The loss.</param>
/// <param name="world">The ranks.</param>
/// <param name="share">This rank's part of the batch.</param>
internal sealed class GatheredLoss(IContrastiveLoss loss, RankedWorld world, RankShare share) : BatchLoss(loss)
{
    private readonly IContrastiveLoss loss = loss;
    private readonly PlacedTensor? order = share.Order is { } places ? Places(places) : null;
    private readonly PlacedTensor localRows = Places([.. share.LocalRanges.SelectMany(RankShare.Positions)]);

    /// <inheritdoc/>
    public override Outcome Compute(Tensor z1, Tensor z2)
    {
        (Tensor all1, Tensor all2) = Gather(z1, z2);
        Tensor value = loss is IAnchorLoss divided
            ? WithGradients(all1, all2, (a, b) => divided.Forward(a, b, share.LocalRanges))
            : WithGradients(all1, all2, loss.Forward);
        (Tensor gradient1, Tensor gradient2) = (all1.grad!, all2.grad!);
        if (loss is IAnchorLoss)
        {
            value = value.detach();
            Sum(gradient1, gradient2, value);
        }

        return new Outcome(value, LocalRows(gradient1), LocalRows(gradient2), cat([all1.detach(), all2.detach()]));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        order?.Dispose();
        localRows.Dispose();
    }

    private (Tensor Z1, Tensor Z2) Gather(Tensor z1, Tensor z2)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor all = world.GatherPadded(cat([z1, z2], 1), share.MaxImages);               // [ranks · max, 2d]
        if (order is not null)
        {
            all = all.index_select(0, order.On(all.device));                               // [N, 2d]
        }

        long width = z1.shape[1];
        return (
            all.narrow(1, 0, width).contiguous().MoveToOuterDisposeScope(),
            all.narrow(1, width, width).contiguous().MoveToOuterDisposeScope());
    }

    private void Sum(Tensor gradient1, Tensor gradient2, Tensor value)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor flat = cat([gradient1.flatten(), gradient2.flatten(), value.to_type(gradient1.dtype).reshape(1)]);
        world.Sum(flat);
        long count = gradient1.numel();
        gradient1.copy_(flat.narrow(0, 0, count).view(gradient1.shape));
        gradient2.copy_(flat.narrow(0, count, count).view(gradient2.shape));
        value.copy_(flat[2 * count]);
    }

    private Tensor LocalRows(Tensor gradient) => gradient.index_select(0, localRows.On(gradient.device));

    private static PlacedTensor Places(long[] places) => new(tensor(places, device: CPU));
}
