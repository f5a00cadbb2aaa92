namespace HyperIngest.Bench.Gate;

/// <summary>Threads that wait for work, do it when they are told to, and end with their owner.</summary>
internal sealed class ProducerThreads : IDisposable
{
    private readonly SemaphoreSlim _work = new(0);
    private readonly CountdownEvent _done;
    private readonly Thread[] _threads;
    private readonly Action<int, int> _produce;

    // Written by the owner before it releases the semaphore, which orders it; read by the threads.
    private int _iterations;
    private bool _ended;

    /// <param name="count">Threads.</param>
    /// <param name="produce">Called on each with its number, 0-based, and how many iterations; it must not throw.</param>
    public ProducerThreads(int count, Action<int, int> produce)
    {
        _produce = produce;
        _done = new CountdownEvent(count);
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int number = i;
            _threads[i] = new Thread(() => Loop(number)) { IsBackground = true, Name = $"producer-{i}" };
            _threads[i].Start();
        }
    }

    public void Start(int iterations)
    {
        _iterations = iterations;
        _done.Reset();
        _work.Release(_threads.Length);
    }

    public void Join() => _done.Wait();

    public void Dispose()
    {
        _ended = true;
        _work.Release(_threads.Length);
        foreach (Thread thread in _threads) thread.Join();
        _work.Dispose();
        _done.Dispose();
    }

    private void Loop(int number)
    {
        while (true)
        {
            _work.Wait();
            if (_ended) return;
            _produce(number, _iterations);
            // A thread that was done could take another's place in the next turn; it cannot, for the owner starts that when all are done.
            _done.Signal();
        }
    }
}
