"""An old phone with the app SMSGate (capcom6/android-sms-gateway): everything that is its own."""
