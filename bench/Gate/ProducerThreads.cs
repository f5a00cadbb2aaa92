namespace HyperIngest.Bench.Gate;

/// <summary>Threads that wait for work, do it when they are told to, and end with their owner.</summary>
internal sealed class ProducerThreads : IDisposable
{
    // One each: a thread that is done early cannot take another's turn.
    private readonly SemaphoreSlim[] _work;
    private readonly CountdownEvent _done;
    private readonly Thread[] _threads;
    private readonly Action<int, int> _produce;

    // Written by the owner before it releases the semaphores, which order it; read by the threads.
    private int _iterations;
    private bool _ended;

    /// <param name="count">Threads.</param>
    /// <param name="produce">Called on each with its number, 0-based, and how many iterations; it must not throw.</param>
    public ProducerThreads(int count, Action<int, int> produce)
    {
        _produce = produce;
        _done = new CountdownEvent(count);
        _work = new SemaphoreSlim[count];
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int number = i;
            _work[i] = new SemaphoreSlim(0);
            _threads[i] = new Thread(() => Loop(number)) { IsBackground = true, Name = $"producer-{i}" };
            _threads[i].Start();
        }
    }

    public void Start(int iterations)
    {
        _iterations = iterations;
        _done.Reset();
        foreach (SemaphoreSlim work in _work) work.Release();
    }

    public void Join() => _done.Wait();

    public void Dispose()
    {
        _ended = true;
        foreach (SemaphoreSlim work in _work) work.Release();
        foreach (Thread thread in _threads) thread.Join();
        foreach (SemaphoreSlim work in _work) work.Dispose();
        _done.Dispose();
    }

    private void Loop(int number)
    {
        while (true)
        {
            _work[number].Wait();
            if (_ended) return;
            _produce(number, _iterations);
            _done.Signal();
        }
    }
}
