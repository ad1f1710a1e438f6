//! The end of the process, announced once and seen by everybody who waits for anything.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::sync::watch;

/// Announces the end.
pub struct Close {
    sender: watch::Sender<bool>,
    /// The same, for those who look often.
    announced: AtomicBool,
    failed: AtomicBool,
}

/// Resolves when the broker is closing.
pub struct Closing {
    receiver: watch::Receiver<bool>,
    announced: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Default for Close {
    fn default() -> Close {
        Close {
            sender: watch::Sender::new(false),
            announced: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        }
    }
}

impl Close {
    /// Announces the end; further calls change nothing.
    pub fn announce(&self) {
        self.announced.store(true, Ordering::Release);
        self.sender.send_replace(true);
    }

    /// Announces the end because the broker cannot go on.
    pub fn fail(&self) {
        self.failed.store(true, Ordering::Release);
        self.announce();
    }

    /// Whether the broker ends because it cannot go on.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Whether it was announced.
    pub fn is_announced(&self) -> bool {
        self.announced.load(Ordering::Acquire)
    }

    /// A future that resolves when it is.
    pub fn closing(&self) -> Closing {
        Closing::of(self.sender.subscribe())
    }
}

impl Closing {
    fn of(receiver: watch::Receiver<bool>) -> Closing {
        let mut waiting = receiver.clone();
        let announced = Box::pin(async move {
            // An error means that the broker is gone altogether, which is an end as well.
            let _ = waiting.wait_for(|closing| *closing).await;
        });
        Closing { receiver, announced }
    }
}

impl Clone for Closing {
    fn clone(&self) -> Closing {
        Closing::of(self.receiver.clone())
    }
}

impl Future for Closing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.announced.as_mut().poll(cx)
    }
}
