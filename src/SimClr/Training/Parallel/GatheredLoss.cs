using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// A loss over the projections of all ranks, and its gradient by those of this one. Every rank gets all projections, in
/// the order of the batch. A loss that is a sum over anchors is computed for this rank's anchors against all candidates,
/// and the gradients are summed over the ranks (NT-Xent: each rank holds the similarities of its own rows only); any other
/// is computed as a whole by every rank.
/// </summary>
/// <param name="loss">The loss.</param>
/// <param name="ranks">Who shares the batch.</param>
/// <param name="share">Which images are this rank's.</param>
internal sealed class GatheredLoss(IContrastiveLoss loss, Ranks ranks, RankShare share) : IDisposable
{
    private readonly PlacedTensor? order = share.Order is { } places ? Places(places) : null;
    private readonly PlacedTensor? mine = ranks.AreSeveral ? Places([.. share.Mine.SelectMany(RankShare.Places)]) : null;

    /// <param name="z1">First views of this rank's images, [n, d], without a graph.</param>
    /// <param name="z2">Second views, [n, d].</param>
    public Outcome Compute(Tensor z1, Tensor z2)
    {
        (Tensor all1, Tensor all2) = ranks.AreSeveral ? Gather(z1, z2) : (z1, z2);
        all1.requires_grad_();
        all2.requires_grad_();
        bool divided = ranks.AreSeveral && loss is IAnchorLoss;
        Tensor value = divided ? ((IAnchorLoss)loss).Forward(all1, all2, share.Mine) : loss.Forward(all1, all2);
        value.backward();
        (Tensor gradient1, Tensor gradient2) = (all1.grad!, all2.grad!);
        if (divided)
        {
            value = value.detach();
            Sum(gradient1, gradient2, value);
        }

        Tensor z = cat([all1.detach(), all2.detach()]);
        return ranks.AreSeveral
            ? new Outcome(value, Mine(gradient1), Mine(gradient2), z)
            : new Outcome(value, gradient1, gradient2, z);
    }

    public void Dispose()
    {
        order?.Dispose();
        mine?.Dispose();
    }

    private (Tensor Z1, Tensor Z2) Gather(Tensor z1, Tensor z2)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor all = ranks.GatherPadded(cat([z1, z2], 1), share.MostImages);               // [ranks · most, 2d]
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
        ranks.Sum(flat);
        long count = gradient1.numel();
        gradient1.copy_(flat.narrow(0, 0, count).view(gradient1.shape));
        gradient2.copy_(flat.narrow(0, count, count).view(gradient2.shape));
        value.copy_(flat[2 * count]);
    }

    private Tensor Mine(Tensor gradient) => gradient.index_select(0, mine!.On(gradient.device));

    private static PlacedTensor Places(long[] places) => new(tensor(places, device: CPU));

    /// <summary>What came of it.</summary>
    /// <param name="Value">The loss of the whole batch, a scalar.</param>
    /// <param name="Gradient1">∂L/∂z1 of this rank's images, [n, d].</param>
    /// <param name="Gradient2">∂L/∂z2, [n, d].</param>
    /// <param name="Z">Projections of all ranks, [2N, d], first views first.</param>
    internal sealed record Outcome(Tensor Value, Tensor Gradient1, Tensor Gradient2, Tensor Z);
}
