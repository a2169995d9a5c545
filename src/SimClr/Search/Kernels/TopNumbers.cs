namespace SimClr.Search;

/// <summary>The k largest of the added numbers, in a heap with the smallest on top.</summary>
internal sealed class TopNumbers(int k)
{
    private readonly PriorityQueue<float, float> heap = new(Math.Min(k, 1024));

    /// <summary>The k-th largest number; −∞ while there are fewer than k.</summary>
    public float Min { get; private set; } = float.NegativeInfinity;

    public void Add(float number)
    {
        if (heap.Count < k)
        {
            heap.Enqueue(number, number);
        }
        else if (number > Min)
        {
            heap.EnqueueDequeue(number, number);
        }

        Min = heap.Count < k ? float.NegativeInfinity : heap.Peek();
    }
}
