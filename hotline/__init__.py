"""An SMS and voice gateway for mutual aid: from asking to done."""
